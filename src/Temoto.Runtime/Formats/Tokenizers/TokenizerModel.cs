namespace Temoto.Formats.Tokenizers;

/// <summary>How text becomes tokens.</summary>
internal enum TokenizerKind
{
    /// <summary>GPT-2's byte-level BPE: bytes are written as printable characters, merges are ranked.</summary>
    ByteLevelBpe,

    /// <summary>SentencePiece-style BPE: spaces become U+2581, the best-scored neighbouring pair merges first, unknown text falls back to byte tokens.</summary>
    SentencePieceBpe,
}

/// <summary>How byte-level BPE cuts text into words before merging.</summary>
internal enum PreTokenizerKind
{
    Gpt2,
    Qwen2,
    Llama3,
}

/// <summary>A token that is matched in raw text before anything else (tokenizer.json's <c>added_tokens</c>).</summary>
internal sealed record AddedToken(int Id, string Content, bool Special, bool SingleWord = false, bool LeftStrip = false, bool RightStrip = false, bool Normalized = false);

/// <summary>
/// Everything a tokenizer needs, whatever file it came from (tokenizer.json, vocab.json + merges.txt, GGUF metadata, llama2.c's tokenizer.bin).
/// Data only; Generation/ turns it into a working tokenizer.
/// </summary>
internal sealed record TokenizerModel
{
    public required TokenizerKind Kind { get; init; }

    /// <summary>For people to read.</summary>
    public string KindName => Pipeline is null ? $"{Kind}" : $"{Pipeline.Kind}";

    /// <summary>Token text by id: the byte-to-unicode alphabet for byte-level BPE, pieces with U+2581 for SentencePiece. Null where an id is unused.</summary>
    public required IReadOnlyList<string?> Tokens { get; init; }

    /// <summary>SentencePiece scores by id (higher merges first); null for byte-level BPE.</summary>
    public IReadOnlyList<float>? Scores { get; init; }

    /// <summary>Ranked merges of byte-level BPE, best first; also of tokenizer.json files that carry SentencePiece vocabularies as ranked merges.</summary>
    public IReadOnlyList<(string Left, string Right)>? Merges { get; init; }

    /// <summary>A word that is itself a token is taken whole, without merging (Llama 3).</summary>
    public bool IgnoreMerges { get; init; }

    public PreTokenizerKind PreTokenizer { get; init; }

    /// <summary>Text is brought to Unicode NFC first (Qwen).</summary>
    public bool NormalizeNfc { get; init; }

    /// <summary>GPT-2's <c>add_prefix_space</c>, SentencePiece's <c>add_dummy_prefix</c>: a space is put before the text.</summary>
    public bool AddPrefixSpace { get; init; }

    /// <summary>The space goes before the first piece only, not also after every added token (Metaspace's <c>prepend_scheme: first</c>).</summary>
    public bool PrefixSpaceFirstOnly { get; init; }

    /// <summary>No space is put before a piece that begins with one (Metaspace; byte-level BPE always does so).</summary>
    public bool PrefixSpaceUnlessPresent { get; init; }

    /// <summary>SentencePiece: no merge crosses from one word to the next (Metaspace's <c>split</c>).</summary>
    public bool SplitOnSpaces { get; init; }

    /// <summary>SentencePiece: characters that are no token become byte tokens <c>&lt;0xNN&gt;</c>.</summary>
    public bool ByteFallback { get; init; } = true;

    /// <summary>Neighbouring unknown characters become one unknown token.</summary>
    public bool FuseUnknown { get; init; } = true;

    /// <summary>Set where a tokenizer is none of the above; what it is stands here then.</summary>
    public TokenizerPipeline? Pipeline { get; init; }

    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    public int? BosTokenId { get; init; }

    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    public int? UnknownTokenId { get; init; }

    /// <summary>Ids put before the text when special tokens are asked for (a post-processor's template, <c>add_bos_token</c>).</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>Ids put after the text when special tokens are asked for.</summary>
    public IReadOnlyList<int> Suffix { get; init; } = [];
}
