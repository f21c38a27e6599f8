using Temoto.Grammars.Masks;

namespace Temoto.Grammars;

/// <summary>The tokens of a model as forms see them: by their bytes. Made once for a model; safe to use from several threads.</summary>
public sealed class TokenVocabulary
{
    /// <summary>States and languages of a lexicon, after which grammars get another: some tens of megabytes.</summary>
    private const int MostSharedStates = 1 << 14, MostSharedLanguages = 1 << 16;

    private readonly Lock gate = new();
    private readonly byte[]?[] bytesOf;
    private Lexicon? lexicon;

    /// <summary>Builds the trees.</summary>
    /// <param name="bytesOf">The bytes of each token, by id; null for one that is no text: a special token, an unused id.</param>
    /// <param name="endTokens">Those that end an answer.</param>
    public TokenVocabulary(IReadOnlyList<byte[]?> bytesOf, IEnumerable<int> endTokens)
    {
        ArgumentNullException.ThrowIfNull(bytesOf);
        ArgumentNullException.ThrowIfNull(endTokens);
        EndTokens = [.. endTokens.Where(id => (uint)id < (uint)bytesOf.Count).Distinct()];
        this.bytesOf = [.. bytesOf];
        foreach (var id in EndTokens)
            this.bytesOf[id] = null;
        MaskWords = (bytesOf.Count + 63) / 64;
        Tree = new TokenTree(this.bytesOf);
        Content = new ContentTokens(this.bytesOf, MaskWords);
    }

    /// <summary>Tokens, used or not.</summary>
    public int Count => bytesOf.Length;

    /// <summary>64-bit words of a mask.</summary>
    public int MaskWords { get; }

    internal IReadOnlyList<int> EndTokens { get; }

    internal TokenTree Tree { get; }

    internal ContentTokens Content { get; }

    internal ReadOnlySpan<byte> BytesOf(int token) => bytesOf[token];

    /// <summary>What a new grammar's states are made in.</summary>
    internal Lexicon Lexicon()
    {
        lock (gate)
            return lexicon is { } shared && shared.States < MostSharedStates && shared.Table.Count < MostSharedLanguages ? shared : lexicon = new Lexicon(this);
    }
}
