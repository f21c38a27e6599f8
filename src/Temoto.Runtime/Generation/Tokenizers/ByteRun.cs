using System.Text.Unicode;

namespace Temoto.Generation.Tokenizers;

/// <summary>Bytes of tokens that follow each other: text if they are UTF-8 together, else a U+FFFD for each.</summary>
internal sealed class ByteRun
{
    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    private readonly List<byte> bytes = [];

    public void Add(byte value) => bytes.Add(value);

    /// <summary>Their text, in UTF-8; the next run begins.</summary>
    public byte[] End()
    {
        if (bytes.Count == 0)
            return [];
        byte[] run = [.. bytes];
        bytes.Clear();
        if (!Utf8.IsValid(run))
            return [.. Enumerable.Repeat(Replacement.ToArray(), run.Length).SelectMany(replacement => replacement)];
        return run;
    }
}
