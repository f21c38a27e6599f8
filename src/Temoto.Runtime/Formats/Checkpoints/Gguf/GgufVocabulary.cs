using Temoto.Formats.Config;
using Temoto.Formats.Tokenizers;
using Temoto.Models;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>The vocabulary in a GGUF file's metadata (<c>tokenizer.ggml.*</c>) as a <see cref="TokenizerModel"/>.</summary>
internal static class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";

    /// <summary>In front of tokens that go on with a word.</summary>
    private const string WordPiecePrefix = "##";

    /// <summary>In front of tokens that begin one.</summary>
    private const char Metaspace = '\u2581';

    /// <summary>
    /// Control tokens that end a turn whatever eos_token_id says. Chat models often name only one of two; llama.cpp stops at these too.
    /// </summary>
    private static readonly string[] EndTokens = ["<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|end|>", "<end_of_turn>"];

    /// <summary>Null where the file says that it carries no vocabulary.</summary>
    /// <param name="modelType">Decides where the file does not name a pre-tokenizer; null for architectures that are not known.</param>
    /// <param name="rows">Of the embedding; null where only the vocabulary is wanted.</param>
    public static TokenizerModel? Read(GgufFile file, string? modelType, int? rows)
    {
        var kind = file.String(Prefix + "model");
        return kind switch
        {
            null or "none" or "no_vocab" => null,
            "gpt2" => ReadByteLevel(file, modelType, rows),
            "llama" => ReadSentencePiece(file, rows),
            "bert" => ReadWordPiece(file, rows),
            "t5" => ReadUnigram(file, rows),
            _ => throw file.Bad(Prefix + "model", $"'{kind}'", "gpt2, llama, bert or t5", "use a model with a BPE, WordPiece or Unigram vocabulary"),
        };
    }

    private static TokenizerModel ReadByteLevel(GgufFile file, string? modelType, int? rows)
    {
        var (tokens, added, _) = ReadTokens(file, rows);
        if (file.String(Prefix + "pre") is { } name && GgufPreTokenizers.Find(name) is { } parts)
            return ReadParts(file, name, parts, tokens, added);
        var (preTokenizer, nfc, ignoreMerges, addBos) = PreTokenizer(file, modelType);
        var model = new TokenizerModel
        {
            Kind = TokenizerKind.ByteLevelBpe,
            Tokens = tokens,
            Merges = ReadMerges(file, tokens),
            PreTokenizer = preTokenizer,
            NormalizeNfc = nfc,
            IgnoreMerges = ignoreMerges,
            AddPrefixSpace = file.Bool(Prefix + "add_space_prefix") ?? false,
            AddedTokens = added,
        };
        return WithSpecialTokens(file, model, defaultBos: null, defaultEos: null, defaultUnknown: null, addBos);
    }

    private static TokenizerModel ReadParts(GgufFile file, string name, string preTokenizer, Vocabulary tokens, List<AddedToken> added)
    {
        var options = new SubwordOptions { IgnoreMerges = GgufPreTokenizers.IgnoresMerges(name) };
        var model = WithSpecialTokens(
            file,
            new TokenizerModel { Kind = TokenizerKind.ByteLevelBpe, Tokens = tokens, Merges = ReadMerges(file, tokens), AddedTokens = added },
            defaultBos: null,
            defaultEos: null,
            defaultUnknown: null,
            addBos: name == "tekken");
        return model with
        {
            Pipeline = new TokenizerPipeline(SubwordKind.Bpe, options)
            {
                PreTokenizer = preTokenizer,
                PostProcessor = TemplateJson.Of(model.Prefix, model.Suffix),
                Decoder = """{"type":"ByteLevel"}""",
            },
        };
    }

    private static TokenizerModel ReadSentencePiece(GgufFile file, int? rows)
    {
        var (tokens, added, unknown) = ReadTokens(file, rows);
        var scores = ReadScores(file, tokens.Count);
        var model = new TokenizerModel
        {
            Kind = TokenizerKind.SentencePieceBpe,
            Tokens = tokens,
            Scores = scores,
            AddPrefixSpace = file.Bool(Prefix + "add_space_prefix") ?? true,
            AddedTokens = added,
        };
        // SentencePiece's own numbering; used where the file does not say and the vocabulary is that long.
        return WithSpecialTokens(file, model, defaultBos: 1, defaultEos: 2, defaultUnknown: unknown ?? 0, addBos: true);
    }

    private static float[] ReadScores(GgufFile file, int count)
    {
        var scores = file.Floats(Prefix + "scores");
        if (scores.Length != count)
            throw file.Bad(Prefix + "scores", $"{scores.Length} scores", $"one for each of the {count} tokens");
        foreach (var score in scores)
        {
            if (float.IsNaN(score))
                throw file.Bad(Prefix + "scores", "NaN", "numbers");
        }
        return scores;
    }

    /// <summary>
    /// BERT's WordPiece. The file says nothing of the normalizer: its text is lowercased and loses its accents, unless the vocabulary has words with capitals, which no lowercased text
    /// could become.
    /// </summary>
    private static TokenizerModel ReadWordPiece(GgufFile file, int? rows)
    {
        var (tokens, added, _) = ReadTokens(file, rows, WordPieceText);
        var count = tokens.Count;
        int? Named(string text, int usual) => tokens.TryGetId(text, out var id) ? id : usual < count ? usual : null;
        var model = WithSpecialTokens(
            file,
            new TokenizerModel { Kind = TokenizerKind.SentencePieceBpe, Tokens = tokens, AddedTokens = added },
            defaultBos: null,
            defaultEos: null,
            defaultUnknown: Named("[UNK]", 100),
            addBos: true);
        // Newer files call them bos and sep, older ones cls and sep; the key is misspelt in all of them.
        var begin = Id(file, "cls", count) ?? model.BosTokenId ?? Named("[CLS]", 101);
        var end = Id(file, "seperator", count) ?? Named("[SEP]", 102);
        var special = added.Select(token => token.Id).ToHashSet();
        var isCased = Enumerable.Range(0, count).Any(id => !special.Contains(id) && tokens[id] is { } text && text.Any(char.IsAsciiLetterUpper));
        return WithPipeline(
            model with { Prefix = (file.Bool(Prefix + "add_bos_token") ?? true) && begin is { } first ? [first] : [], Suffix = (file.Bool(Prefix + "add_sep_token") ?? true) && end is { } last ? [last] : [] },
            new TokenizerPipeline(SubwordKind.WordPiece, new SubwordOptions { ContinuingSubwordPrefix = WordPiecePrefix, UnknownTokenId = model.UnknownTokenId })
            {
                Normalizer = $$"""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":{{(isCased ? "false" : "true")}}}""",
                PreTokenizer = """{"type":"BertPreTokenizer"}""",
                Decoder = $$"""{"type":"WordPiece","prefix":"{{WordPiecePrefix}}","cleanup":true}""",
            });
    }

    /// <summary>The file marks the tokens that begin a word, tokenizer.json those that do not.</summary>
    private static ReadOnlySpan<char> WordPieceText(ReadOnlySpan<char> text, PieceType type, scoped ref char[] buffer)
    {
        if (type is not (PieceType.Normal or PieceType.UserDefined))
            return text;
        if (text.Length > 1 && text[0] == Metaspace)
            return text[1..];
        if (type == PieceType.UserDefined)
            return text;
        if (buffer.Length < WordPiecePrefix.Length + text.Length)
            buffer = new char[2 * (WordPiecePrefix.Length + text.Length)];
        WordPiecePrefix.CopyTo(buffer);
        text.CopyTo(buffer.AsSpan(WordPiecePrefix.Length));
        return buffer.AsSpan(0, WordPiecePrefix.Length + text.Length);
    }

    /// <summary>SentencePiece's unigram model, as T5 and XLM-RoBERTa have it: also between special tokens each piece of text begins with a space.</summary>
    private static TokenizerModel ReadUnigram(GgufFile file, int? rows)
    {
        if (file.Bool(Prefix + "treat_whitespace_as_suffix") ?? false)
            throw file.Bad(Prefix + "treat_whitespace_as_suffix", "true", "false", "choose another model");
        var normal = new List<int>();
        var hasBytes = false;
        var (tokens, added, unknown) = ReadTokens(file, rows, look: (id, type) =>
        {
            if (type == PieceType.Normal)
                normal.Add(id);
            hasBytes |= type == PieceType.Byte;
        });
        var stored = ReadScores(file, tokens.Count);
        // Only what text can become has a part in the least score, from which that of unknown characters is counted.
        var scores = new double[stored.Length];
        foreach (var id in normal)
            scores[id] = stored[id];
        var isNormal = normal.ToHashSet();
        var model = WithSpecialTokens(
            file,
            new TokenizerModel { Kind = TokenizerKind.SentencePieceBpe, Tokens = tokens, Scores = stored, AddedTokens = added },
            defaultBos: null,
            defaultEos: 1,
            defaultUnknown: unknown ?? 2,
            addBos: false,
            addEos: true);
        var (addsPrefix, removesExtra) = (file.Bool(Prefix + "add_space_prefix") ?? true, file.Bool(Prefix + "remove_extra_whitespaces") ?? false);
        var options = new SubwordOptions
        {
            ByteFallback = hasBytes,
            FuseUnknown = true,
            UnknownTokenId = model.UnknownTokenId,
            ReservedTokenIds = [.. Enumerable.Range(0, tokens.Count).Where(id => !isNormal.Contains(id))],
        };
        return WithPipeline(model, new TokenizerPipeline(SubwordKind.Unigram, options)
        {
            Normalizer = SentencePieceJson.Normalizer(
                file.Bytes(Prefix + "precompiled_charsmap"), addsPrefix, prefixesEveryPiece: true, removesExtra, escapesWhitespaces: file.Bool(Prefix + "escape_whitespaces") ?? true, userDefined: null),
            Decoder = SentencePieceJson.Decoder(model.UnknownTokenId is { } mark ? tokens[mark] ?? "" : "", addsPrefix, removesExtra),
            Scores = scores,
        });
    }

    private static TokenizerModel WithPipeline(TokenizerModel model, TokenizerPipeline pipeline) =>
        model with { Pipeline = pipeline with { PostProcessor = TemplateJson.Of(model.Prefix, model.Suffix) } };

    private static (PreTokenizerKind Kind, bool Nfc, bool IgnoreMerges, bool AddBos) PreTokenizer(GgufFile file, string? modelType)
    {
        var pre = file.String(Prefix + "pre");
        return pre switch
        {
            // Hugging Face's Qwen2 normalizes to NFC, and its ids are the reference here; llama.cpp does not normalize.
            "qwen2" => (PreTokenizerKind.Qwen2, true, false, false),
            "deepseek-r1-qwen" => (PreTokenizerKind.Qwen2, false, false, false),
            "llama-bpe" or "llama3" or "llama-v3" or "falcon3" or "falcon-h1" or "pixtral" or "midm-2.0" or "lfm2" => (PreTokenizerKind.Llama3, false, true, true),
            "dbrx" or "smaug-bpe" or "chatglm-bpe" or "glm4" => (PreTokenizerKind.Llama3, false, false, false),
            "stablelm2" or "hunyuan" or "solar-open" or "megrez" => (PreTokenizerKind.Qwen2, false, false, false),
            "gpt-2" or "phi-2" or "mpt" or "olmo" or "jais" or "trillion" or "granite-docling" => (PreTokenizerKind.Gpt2, false, false, false),
            // Old converters wrote no kind, or 'default': the architecture decides.
            null or "default" when ModelTypes.Find(modelType)?.Tokenizer == TokenizerFamily.Qwen2 => (PreTokenizerKind.Qwen2, true, false, false),
            null or "default" => (PreTokenizerKind.Gpt2, false, false, false),
            _ => throw file.Bad(Prefix + "pre", $"'{pre}'", $"one that docs/formats.md lists, such as qwen2, llama-bpe, gpt-2 or {string.Join(", ", GgufPreTokenizers.Names)}", "use a model with one of these pre-tokenizers"),
        };
    }

    /// <summary>What a token is called in the other formats.</summary>
    /// <param name="buffer">Room for a text that is written anew.</param>
    private delegate ReadOnlySpan<char> TokenText(ReadOnlySpan<char> text, PieceType type, scoped ref char[] buffer);

    /// <param name="textOf">Null where tokens are called as the file has them.</param>
    /// <param name="look">Gets each id with its type.</param>
    private static (Vocabulary Tokens, List<AddedToken> Added, int? Unknown) ReadTokens(GgufFile file, int? rows, TokenText? textOf = null, Action<int, PieceType>? look = null)
    {
        var count = file.ArrayLength(Prefix + "tokens") ?? throw file.Bad(Prefix + "tokens", "nothing", "the vocabulary");
        if (count > (rows ?? ModelLimits.VocabSize))
            throw file.Bad(Prefix + "tokens", $"{count} tokens", rows is null ? $"at most {ModelLimits.VocabSize}" : $"at most the {rows} rows of token_embd.weight");
        var types = file.Ints(Prefix + "token_type");
        if (types.Length != 0 && types.Length != count)
            throw file.Bad(Prefix + "token_type", $"{types.Length} types", $"one for each of the {count} tokens");
        var strings = file.Strings(Prefix + "tokens");
        var tokens = new VocabularyBuilder((int)count, (int)Math.Min(strings.TextBytes, Array.MaxLength));
        var added = new List<AddedToken>();
        int? unknown = null;
        var buffer = Array.Empty<char>();
        for (var id = 0; id < count; id++)
        {
            var type = types.Length == 0 ? PieceType.Normal : (PieceType)types[id];
            look?.Invoke(id, type);
            var text = strings.Next();
            if (textOf is not null)
                text = textOf(text, type, ref buffer);
            if (type != PieceType.Unused)
                tokens.Add(text, id);
            // An empty text would match everywhere.
            if (type is PieceType.Control or PieceType.UserDefined && text.Length > 0)
                added.Add(new AddedToken(id, new string(text), Special: type == PieceType.Control));
            else if (type == PieceType.Unknown)
                unknown ??= id;
        }
        return (tokens.Build((int)count), added, unknown);
    }

    /// <summary>
    /// "left right" pairs, kept as ids: a hostile list cannot make us allocate more than it is long.
    /// </summary>
    private static RankedMerges ReadMerges(GgufFile file, Vocabulary tokens)
    {
        const string key = Prefix + "merges";
        var count = file.ArrayLength(key) ?? throw file.Bad(key, "nothing", "the merges of a byte-level BPE vocabulary");
        if (count > ModelLimits.VocabSize)
            throw file.Bad(key, $"{count} merges", $"at most {ModelLimits.VocabSize}");
        var strings = file.Strings(key);
        var merges = new RankedMerges(tokens, (int)count);
        for (var rank = 0; rank < count; rank++)
        {
            // The byte alphabet has no space, so the only one separates.
            var text = strings.Next();
            var space = text.IndexOf(' ');
            if (space <= 0 || !merges.TryAdd(text[..space], text[(space + 1)..]))
                throw file.Bad(key, $"'{text}' at rank {rank}", "two tokens of the vocabulary with a space between, which join into a third");
        }
        return merges;
    }

    /// <summary>Some converters write 2^32 - 1 for "none".</summary>
    private static int? Id(GgufFile file, string name, int count, int? ifMissing = null)
    {
        var key = $"{Prefix}{name}_token_id";
        if (!file.Has(key))
            return ifMissing < count ? ifMissing : null;
        return file.IsNoToken(key) ? null : file.Int(key, 0, count - 1);
    }

    private static TokenizerModel WithSpecialTokens(GgufFile file, TokenizerModel model, int? defaultBos, int? defaultEos, int? defaultUnknown, bool addBos, bool addEos = false)
    {
        var count = model.Tokens.Count;
        int? Id(string name, int? ifMissing) => GgufVocabulary.Id(file, name, count, ifMissing);

        var bos = Id("bos", defaultBos);
        var eos = Id("eos", defaultEos);
        var ends = new List<int>();
        foreach (var id in new[] { eos, Id("eot", null), Id("eom", null) })
        {
            if (id is not null && !ends.Contains(id.Value))
                ends.Add(id.Value);
        }
        foreach (var token in model.AddedTokens)
        {
            if (token.Special && EndTokens.Contains(token.Content) && !ends.Contains(token.Id))
                ends.Add(token.Id);
        }
        return model with
        {
            BosTokenId = bos,
            EosTokenIds = ends,
            UnknownTokenId = Id("unknown", defaultUnknown),
            Prefix = (file.Bool(Prefix + "add_bos_token") ?? addBos) && bos is not null ? [bos.Value] : [],
            Suffix = (file.Bool(Prefix + "add_eos_token") ?? addEos) && eos is not null ? [eos.Value] : [],
        };
    }
}
