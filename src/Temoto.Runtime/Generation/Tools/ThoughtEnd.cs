using System.Text;

namespace Temoto.Generation.Tools;

/// <summary>What ends the thoughts of a model, in its tokens: found once for a model.</summary>
internal sealed class ThoughtEnd
{
    private readonly Func<int, byte[]?> bytesOf;

    /// <param name="close">The mark that ends thoughts.</param>
    /// <param name="specialId">Its token where it is a special one, which no text spells.</param>
    /// <param name="vocabSize">Tokens of the model.</param>
    /// <param name="bytesOf">What a token adds to a text; null where it adds none.</param>
    /// <param name="endTokens">Those that end an answer; ids that the model does not have are passed over.</param>
    public ThoughtEnd(string close, int? specialId, int vocabSize, Func<int, byte[]?> bytesOf, IEnumerable<int> endTokens)
    {
        this.bytesOf = bytesOf;
        Mark = Encoding.UTF8.GetBytes(close);
        SpecialId = specialId;
        EndTokens = [.. endTokens.Where(id => (uint)id < (uint)vocabSize)];
        Crossing = [.. Enumerable.Range(0, vocabSize).Select(id => (Id: id, Bytes: bytesOf(id))).Where(token => GoesOn(token.Bytes)).Select(token => (token.Id, token.Bytes!))];
    }

    public byte[] Mark { get; }

    public int? SpecialId { get; }

    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>Tokens that may end the mark and go on with text.</summary>
    public IReadOnlyList<(int Id, byte[] Bytes)> Crossing { get; }

    public ReadOnlySpan<byte> BytesOf(int token) => bytesOf(token);

    private bool GoesOn(byte[]? bytes) => bytes is not null && bytes.AsSpan().IndexOf(Mark[^1]) is >= 0 and var at && !IsWhite(bytes.AsSpan(at + 1));

    public static bool IsWhite(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(" \t\r\n"u8);
}
