namespace Temoto.Formats.Tokenizers;

/// <summary>How words become tokens, in tokenizer.json's <c>model.type</c>.</summary>
internal enum SubwordKind
{
    Bpe,
    WordPiece,
    WordLevel,
    Unigram,
}

/// <summary>What a tokenizer.json's <c>model</c> says beside vocabulary, merges and scores.</summary>
internal sealed record SubwordOptions
{
    /// <summary>Put before every part of a word but the first.</summary>
    public string ContinuingSubwordPrefix { get; init; } = "";

    /// <summary>Put behind the last character of a word.</summary>
    public string EndOfWordSuffix { get; init; } = "";

    /// <summary>WordPiece: a longer word is unknown.</summary>
    public int MaxInputCharsPerWord { get; init; } = 100;

    /// <summary>A word that is itself a token is taken whole, without merging.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>What is no token becomes byte tokens.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Neighbouring unknown characters become one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>SentencePiece's user-defined pieces: taken whole wherever they stand, and never merged.</summary>
    public IReadOnlyList<int> WholeTokenIds { get; init; } = [];

    /// <summary>SentencePiece's unknown, control and byte pieces: no text becomes them by its letters.</summary>
    public IReadOnlyList<int> ReservedTokenIds { get; init; } = [];

    /// <summary>Sums of scores are float32, as SentencePiece's are, and not float64, as those of Hugging Face's tokenizers.</summary>
    public bool SumsAreSingle { get; init; }

    /// <summary>Null where unknown text becomes nothing.</summary>
    public int? UnknownTokenId { get; init; }
}

/// <summary>
/// A tokenizer in the parts of a tokenizer.json: normalizer, pre-tokenizer, model, post-processor and decoder, each as that file writes it, because that is the form in which everybody knows
/// them; null where there is none. What <see cref="TokenizerModel"/> says by flags is said here, and its flags count for nothing.
/// </summary>
internal sealed record TokenizerPipeline(SubwordKind Kind, SubwordOptions Options)
{
    public string? Normalizer { get; init; }

    public string? PreTokenizer { get; init; }

    public string? PostProcessor { get; init; }

    public string? Decoder { get; init; }

    /// <summary>Unigram: by id.</summary>
    public IReadOnlyList<double>? Scores { get; init; }
}
