namespace Temoto.Formats.Images;

/// <summary>Reads PGM and PPM (P2, P3, P5, P6), maxval up to 65535; a sample v becomes round(v / maxval * 255), ties to even.</summary>
internal static class PnmReader
{
    private const int LargestMaxval = 65535;

    public static Image Read(ImageSource source)
    {
        var kind = source.UInt8(1, "signature");
        var isColour = kind is (byte)'3' or (byte)'6';
        var isText = kind is (byte)'2' or (byte)'3';
        var at = 2;
        var width = Number(source, ref at, "width");
        var height = Number(source, ref at, "height");
        source.CheckSize("header", width, height);
        var maxval = Number(source, ref at, "maxval");
        if (maxval is < 1 or > LargestMaxval)
            throw source.Bad("maxval", $"{maxval}", $"1 to {LargestMaxval}");
        if (source.UInt8(at, "header's end") is var blank && !IsBlank(blank))
            throw source.Bad($"byte {at}", $"byte {blank}", "a blank behind maxval");
        at++;
        var samples = (long)width * height * (isColour ? 3 : 1);
        var sampleBytes = maxval > 255 ? 2 : 1;
        // A sample as text takes a digit and a blank; only the last one needs no blank.
        source.CheckPayload("pixels", source.Data.Length - at, isText ? (2 * samples) - 1 : samples * sampleBytes);
        var levels = Levels(maxval);
        var image = Image.Uninitialized(width, height);
        var pixels = image.Pixels;
        var copies = isColour ? 1 : 3;
        for (var to = 0; to < pixels.Length; to += copies)
        {
            var start = at;
            int value;
            if (isText)
            {
                value = Number(source, ref at, "a sample");
            }
            else
            {
                value = sampleBytes == 1 ? source.Data[at] : (source.Data[at] << 8) | source.Data[at + 1];
                at += sampleBytes;
            }
            if (value > maxval)
                throw source.Bad($"byte {start}", $"sample {value}", $"at most maxval, {maxval}");
            pixels.AsSpan(to, copies).Fill(levels[value]);
        }
        return image;
    }

    /// <summary>The next decimal number behind blanks and comments (from # to the end of the line).</summary>
    private static int Number(ImageSource source, ref int at, string what)
    {
        var data = source.Data;
        while (at < data.Length && (IsBlank(data[at]) || data[at] == '#'))
        {
            if (data[at] == '#')
            {
                while (at < data.Length && data[at] is not ((byte)'\n' or (byte)'\r'))
                    at++;
            }
            else
            {
                at++;
            }
        }
        var (start, value) = (at, 0);
        for (; at < data.Length && char.IsAsciiDigit((char)data[at]); at++)
        {
            value = (value * 10) + data[at] - '0';
            if (value > 1 << 24)
                throw source.Bad($"{what} at byte {start}", "a number above 2^24", "a smaller one");
        }
        return at > start ? value : throw source.Bad($"{what} at byte {start}", at < data.Length ? $"byte {data[at]}" : "the end of the file", "a decimal number");
    }

    private static byte[] Levels(int maxval)
    {
        var levels = new byte[maxval + 1];
        for (var i = 0; i < levels.Length; i++)
            levels[i] = (byte)Math.Round((double)i / maxval * 255, MidpointRounding.ToEven);
        return levels;
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (>= 9 and <= 13);
}
