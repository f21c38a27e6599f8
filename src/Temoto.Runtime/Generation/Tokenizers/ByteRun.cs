using System.Buffers;
using System.Text;

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
        for (ReadOnlySpan<byte> left = run; !left.IsEmpty;)
        {
            if (Rune.DecodeFromUtf8(left, out _, out var length) != OperationStatus.Done)
                return [.. Enumerable.Repeat(Replacement.ToArray(), run.Length).SelectMany(replacement => replacement)];
            left = left[length..];
        }
        return run;
    }
}
