using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>Text to token ids and back. Immutable and safe to share between threads.</summary>
internal abstract class Tokenizer
{
    private readonly TokenizerModel model;
    private readonly Dictionary<int, AddedToken> addedById = [];

    protected Tokenizer(TokenizerModel model, string sourceName)
    {
        this.model = model;
        Vocabulary = Vocabulary.From(model.Tokens);
        VocabSize = Vocabulary.Count;
        addedById.EnsureCapacity(model.AddedTokens.Count);
        foreach (var token in model.AddedTokens)
        {
            if (token.Content.Length > AddedTokenMatcher.LongestToken)
                throw Bad(sourceName, $"added token {token.Id}", $"{token.Content.Length} characters", $"at most {AddedTokenMatcher.LongestToken}");
            if (token.Id is < 0 or >= Vocabulary.LargestCount)
                throw Bad(sourceName, $"added token '{token.Content}'", $"id {token.Id}", $"an id from 0 to {Vocabulary.LargestCount - 1}");
            addedById[token.Id] = token;
            VocabSize = Math.Max(VocabSize, token.Id + 1);
        }
    }

    /// <summary>One more than the highest id.</summary>
    public int VocabSize { get; }

    public int? BosTokenId => model.BosTokenId;

    public IReadOnlyList<int> EosTokenIds => model.EosTokenIds;

    protected Vocabulary Vocabulary { get; }

    protected IReadOnlyDictionary<int, AddedToken> AddedById => addedById;

    /// <summary>Builds the tables; <paramref name="sourceName"/> is what errors call the file the model came from.</summary>
    public static Tokenizer Create(TokenizerModel model, string sourceName = "tokenizer") =>
        model.Pipeline is { } pipeline ? new PipelineTokenizer(model, pipeline, sourceName) : new BpeTokenizer(model, sourceName);

    /// <summary>The ids of a text, with the ids that begin and end one where <paramref name="addSpecialTokens"/>.</summary>
    /// <param name="parseSpecial">
    /// Whether special tokens written out in the text become those tokens. False for text that others wrote: it cannot then forge a chat turn.
    /// </param>
    public abstract int[] Encode(string text, bool addSpecialTokens = true, bool parseSpecial = true);

    /// <summary>Appends the ids of a text to a list.</summary>
    public abstract void Encode(ReadOnlySpan<char> text, List<int> destination, bool addSpecialTokens = true, bool parseSpecial = true);

    public abstract int CountTokens(ReadOnlySpan<char> text, bool addSpecialTokens = true, bool parseSpecial = true);

    /// <summary>The text of ids. Bytes that are not UTF-8 become U+FFFD; ids without a token become nothing.</summary>
    public abstract string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false);

    /// <summary>Whether an id is a special token: one that steers the model and is not part of the text.</summary>
    public bool IsSpecial(int id) => addedById.TryGetValue(id, out var token) && token.Special;

    /// <summary>The bytes that an id adds to a text which has begun; null where it adds none, or what it adds cannot be told by itself.</summary>
    public byte[]? BytesInText(int id) => id < VocabSize && !IsSpecial(id) && BytesBehindText(id) is { Length: > 0 } bytes ? bytes : null;

    protected abstract byte[]? BytesBehindText(int id);

    /// <summary>The id of a token as the vocabulary writes it, or of an added token; null where there is none.</summary>
    public int? IdOf(string token)
    {
        if (Vocabulary.TryGetId(token, out var id))
            return id;
        return model.AddedTokens.FirstOrDefault(added => added.Content == token)?.Id;
    }

    /// <summary>A token as the vocabulary writes it; null for an unused id.</summary>
    public string? TokenOf(int id) =>
        addedById.TryGetValue(id, out var token) ? token.Content : (uint)id < (uint)Vocabulary.Count ? Vocabulary[id] : null;

    internal static InputException Bad(string sourceName, string key, string found, string expected) =>
        new(sourceName, key, found, expected, "the tokenizer is damaged; fetch it again");
}
