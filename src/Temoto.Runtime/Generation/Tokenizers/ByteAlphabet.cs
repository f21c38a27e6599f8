namespace Temoto.Generation.Tokenizers;

/// <summary>
/// GPT-2's alphabet of 256 printable characters, one per byte: the printable bytes of Latin-1 stand for themselves,
/// the others for U+0100, U+0101, ... in their order.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOf = Build();
    private static readonly short[] ByteOf = Invert();

    public static char ToChar(byte value) => CharOf[value];

    /// <summary>The byte a character stands for, or -1.</summary>
    public static int ToByte(char character) => character < ByteOf.Length ? ByteOf[character] : -1;

    /// <summary>Writes the bytes of a token; false where a character is outside the alphabet.</summary>
    public static bool TryGetBytes(ReadOnlySpan<char> token, Span<byte> bytes)
    {
        for (var i = 0; i < token.Length; i++)
        {
            var value = ToByte(token[i]);
            if (value < 0)
                return false;
            bytes[i] = (byte)value;
        }
        return true;
    }

    private static char[] Build()
    {
        var chars = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
            chars[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)next++;
        return chars;
    }

    private static short[] Invert()
    {
        var last = 0;
        foreach (var character in CharOf)
            last = Math.Max(last, character);
        var bytes = new short[last + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[CharOf[value]] = (short)value;
        return bytes;
    }
}
