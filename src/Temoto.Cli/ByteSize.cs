using System.Globalization;

namespace Temoto.Cli;

/// <summary>Sizes as people write them: 4GiB, 1.5GB, 300MiB, 1000000.</summary>
internal static class ByteSize
{
    /// <summary>Longer names first: all end with the last.</summary>
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ];

    /// <param name="option">For the error line.</param>
    /// <returns>Null where nothing was given.</returns>
    public static long? Parse(string option, string? text)
    {
        if (text is null)
            return null;
        var (name, unit) = Units.FirstOrDefault(item => text.EndsWith(item.Name, StringComparison.OrdinalIgnoreCase), ("", 1));
        var number = text.AsSpan(0, text.Length - name.Length);
        return number is [>= '0' and <= '9', ..]
            && decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value <= (decimal)long.MaxValue / unit && value * unit >= 1
            ? (long)(value * unit)
            : throw new InputException(option, null, $"'{text}'", "a number of bytes above 0, with B, KiB, MiB, GiB, TiB, KB, MB, GB or TB behind it if you like", "for example 4GiB");
    }
}
