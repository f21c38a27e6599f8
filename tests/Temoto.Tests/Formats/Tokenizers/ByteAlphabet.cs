namespace Temoto.Tests.Formats.Tokenizers;

/// <summary>GPT-2's printable character for every byte, for vocabularies made by tests.</summary>
internal static class ByteAlphabet
{
    public static string[] Characters { get; } = Make();

    private static string[] Make()
    {
        var characters = new string[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            // Printable Latin-1 stands for itself; the rest follows from U+0100 on.
            var printable = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
            characters[b] = ((char)(printable ? b : next++)).ToString();
        }
        return characters;
    }
}
