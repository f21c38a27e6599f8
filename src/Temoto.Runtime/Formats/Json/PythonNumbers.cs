namespace Temoto.Formats.Json;

/// <summary>
/// NaN, Infinity and -Infinity, which Python's json module writes and reads though JSON has no such numbers. They become numbers that no key can hold, so that they are no fault
/// where nobody asks for them, and out of every range where somebody does.
/// </summary>
internal static class PythonNumbers
{
    /// <summary>More than any honest file has; a bound on what the replaced text takes.</summary>
    private const int Most = 4096;

    /// <summary>Each word with the number in its place; they are too large for a float64, and told apart by their digits.</summary>
    private static readonly (byte[] Word, byte[] Number)[] Words =
    [
        ("NaN"u8.ToArray(), "9e9999999"u8.ToArray()),
        ("Infinity"u8.ToArray(), "8e9999999"u8.ToArray()),
        ("-Infinity"u8.ToArray(), "-8e9999999"u8.ToArray()),
    ];

    /// <summary>The text with numbers in place of the words, and how many there were; null where there is none, or there are too many to be believed.</summary>
    public static (byte[] Text, int Count)? Replace(ReadOnlySpan<byte> json)
    {
        using var result = new MemoryStream(json.Length);
        var (count, copied) = (0, 0);
        for (var at = 0; at < json.Length; at++)
        {
            if (json[at] == (byte)'"')
            {
                at = EndOfString(json, at);
                continue;
            }
            if (json[at] is not ((byte)'N' or (byte)'I' or (byte)'-') || !BeginsValue(json, at) || Find(json[at..]) is not { Word: not null } found)
                continue;
            if (++count > Most)
                return null;
            result.Write(json[copied..at]);
            result.Write(found.Number);
            copied = at + found.Word.Length;
            at = copied - 1;
        }
        if (count == 0)
            return null;
        result.Write(json[copied..]);
        return (result.ToArray(), count);
    }

    /// <summary>How the file wrote a number, for error lines.</summary>
    public static string Shown(string number) => number switch
    {
        "9e9999999" => "NaN",
        "8e9999999" => "Infinity",
        "-8e9999999" => "-Infinity",
        _ => number,
    };

    /// <summary>The closing quotation mark, or the last byte of a text that has none.</summary>
    private static int EndOfString(ReadOnlySpan<byte> json, int start)
    {
        for (var at = start + 1; at < json.Length; at++)
        {
            if (json[at] == (byte)'"')
                return at;
            if (json[at] == (byte)'\\')
                at++;
        }
        return json.Length - 1;
    }

    private static bool BeginsValue(ReadOnlySpan<byte> json, int at)
    {
        while (--at >= 0 && IsBlank(json[at]))
        {
        }
        return at >= 0 && json[at] is (byte)':' or (byte)',' or (byte)'[';
    }

    private static (byte[] Word, byte[] Number) Find(ReadOnlySpan<byte> json)
    {
        foreach (var pair in Words)
        {
            if (json.StartsWith(pair.Word) && (json.Length == pair.Word.Length || json[pair.Word.Length] is (byte)',' or (byte)']' or (byte)'}' || IsBlank(json[pair.Word.Length])))
                return pair;
        }
        return default;
    }

    private static bool IsBlank(byte character) => character is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';
}
