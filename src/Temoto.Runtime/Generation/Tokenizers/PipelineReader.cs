using System.Text;
using Temoto.Formats.Json;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers.Decoders;
using Temoto.Generation.Tokenizers.Expressions;
using Temoto.Generation.Tokenizers.Normalizers;
using Temoto.Generation.Tokenizers.PostProcessors;
using Temoto.Generation.Tokenizers.PreTokenizers;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Builds the parts of a tokenizer from the words of a tokenizer.json, with the defaults of Hugging Face's tokenizers 0.23. What changes ids or text and is not known is refused by name.
/// </summary>
internal sealed class PipelineReader(string sourceName)
{
    private const string NextForUnknown = "this tokenizer cannot be used; choose another model, or save it again with a current version of Hugging Face's tokenizers";

    /// <summary>Of a sequence; those published have up to 10.</summary>
    private const int MaxParts = 1000;

    /// <summary>Sequences within sequences.</summary>
    private const int MaxDepth = 16;

    private const string CharsMap = "precompiled_charsmap";

    public INormalizer? Normalizer(string? json) => Section(json, "normalizer", section => NormalizerOf(section, MaxDepth));

    public PreTokenizer? PreTokenizer(string? json) => Section(json, "pre_tokenizer", section => PreTokenizerOf(section, MaxDepth));

    public PostProcessor? PostProcessor(string? json) => Section(json, "post_processor", section => PostProcessorOf(section, MaxDepth));

    public TokenDecoder? Decoder(string? json) => Section(json, "decoder", section => DecoderOf(section, MaxDepth));

    private T? Section<T>(string? json, string name, Func<JsonFields, T?> read)
        where T : class
    {
        if (json is null)
            return null;
        using var file = JsonFile.Parse(Encoding.UTF8.GetBytes(json), sourceName, "a part of a tokenizer.json", name);
        return read(file.Root);
    }

    private static INormalizer NormalizerOf(JsonFields section, int depth)
    {
        switch (section.String("type"))
        {
            case "NFC":
                return new NormalFormNormalizer(NormalForm.Nfc);
            case "NFD":
                return new NormalFormNormalizer(NormalForm.Nfd);
            case "NFKC":
                return new NormalFormNormalizer(NormalForm.Nfkc);
            case "NFKD":
                return new NormalFormNormalizer(NormalForm.Nfkd);
            case "Lowercase":
                return PointNormalizer.Lowercase;
            case "StripAccents":
                return PointNormalizer.StripAccents;
            case "Nmt":
                return PointNormalizer.Nmt;
            case "Strip":
                return new StripSpaces(section.Bool("strip_left") ?? true, section.Bool("strip_right") ?? true);
            case "Prepend":
                return new PrependText(section.RequiredString("prepend"));
            case "Replace":
                return new ReplacePattern(PatternOf(section), section.RequiredString("content"));
            case "ByteLevel":
                return new ByteLevelText();
            case "Precompiled":
                return Precompiled(section);
            case "SentencePiece":
                return SentencePiece(section);
            case "Sequence":
                return new NormalizerSequence([.. Parts(section, "normalizers", depth).Select(part => NormalizerOf(part, depth - 1))]);
            case "BertNormalizer" or "Bert" or null when section.Has("clean_text") || section.String("type") is not null:
                return Bert(section);
            case var type:
                throw Unsupported(section, type, "NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, Replace, Nmt, BertNormalizer, ByteLevel, Precompiled or Sequence");
        }
    }

    private static NormalizerSequence Bert(JsonFields section)
    {
        var lowercase = section.Bool("lowercase") ?? true;
        var parts = new List<INormalizer>();
        if (section.Bool("clean_text") ?? true)
            parts.Add(PointNormalizer.BertCleanText);
        if (section.Bool("handle_chinese_chars") ?? true)
            parts.Add(PointNormalizer.BertIdeographs);
        if (section.Bool("strip_accents") ?? lowercase)
            parts.AddRange([new NormalFormNormalizer(NormalForm.Nfd), PointNormalizer.BertStripAccents]);
        if (lowercase)
            parts.Add(PointNormalizer.Lowercase);
        return new NormalizerSequence(parts);
    }

    /// <summary>Of a tokenizer.model, in the words of its normalizer_spec; <c>prefix_every_piece</c> is ours.</summary>
    private static SentencePieceNormalizer SentencePiece(JsonFields section) => new(
        section.String(CharsMap) is { Length: > 0 } ? Precompiled(section) : null,
        section.Bool("add_dummy_prefix") ?? true,
        section.Bool("prefix_every_piece") ?? false,
        section.Bool("remove_extra_whitespaces") ?? true,
        section.Bool("escape_whitespaces") ?? true,
        section.Strings("user_defined", Vocabulary.LargestCount));

    private static PrecompiledMap Precompiled(JsonFields section)
    {
        const string key = CharsMap;
        try
        {
            return new PrecompiledMap(Convert.FromBase64String(section.RequiredString(key)));
        }
        catch (FormatException error)
        {
            throw new InputException(section.Path, section.PlaceOf(key), error.Message, "SentencePiece's map in base64", JsonFile.Damaged);
        }
    }

    private static PreTokenizer PreTokenizerOf(JsonFields section, int depth)
    {
        switch (section.RequiredString("type"))
        {
            case "ByteLevel":
                return new ByteLevelSplit(section.Bool("add_prefix_space") ?? true, section.Bool("use_regex") ?? true);
            case "BertPreTokenizer":
                return new PreTokenizerSequence([new PatternSplit(Spaces, SplitBehavior.Removed), new PatternSplit(Punctuation, SplitBehavior.Isolated)]);
            case "WhitespaceSplit":
                return new PatternSplit(Spaces, SplitBehavior.Removed);
            case "Whitespace":
                return new PatternSplit(new WordPattern(), SplitBehavior.Removed, invert: true);
            case "Punctuation":
                return new PatternSplit(Punctuation, section.Has("behavior") ? BehaviorOf(section) : SplitBehavior.Isolated);
            case "Digits":
                return new PatternSplit(new PointPattern(CharacterProperties.IsNumeric), section.Bool("individual_digits") ?? false ? SplitBehavior.Isolated : SplitBehavior.Contiguous);
            case "CharDelimiterSplit":
                return new PatternSplit(new TextPattern(section.RequiredString("delimiter")), SplitBehavior.Removed);
            case "Split":
                return new PatternSplit(PatternOf(section), BehaviorOf(section), section.Bool("invert") ?? false);
            case "Metaspace":
                return MetaspaceOf(section);
            case "UnicodeScripts":
                return new ScriptSplit();
            case "FixedLength":
                return new FixedLengthSplit(section.Int("length", 1, int.MaxValue) ?? 5);
            case "Sequence":
                return new PreTokenizerSequence([.. Parts(section, "pretokenizers", depth).Select(part => PreTokenizerOf(part, depth - 1))]);
            case var type:
                throw Unsupported(section, type, "ByteLevel, BertPreTokenizer, WhitespaceSplit, Whitespace, Punctuation, Digits, CharDelimiterSplit, Split, Metaspace, UnicodeScripts, FixedLength or Sequence");
        }
    }

    private static PointPattern Spaces => new(CharacterProperties.IsSpace);

    private static PointPattern Punctuation => new(CharacterProperties.IsPunctuationOrAsciiSymbol);

    private static SplitBehavior BehaviorOf(JsonFields section) => section.RequiredString("behavior") switch
    {
        "Isolated" => SplitBehavior.Isolated,
        "Removed" => SplitBehavior.Removed,
        "Contiguous" => SplitBehavior.Contiguous,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        _ => throw section.Wrong("behavior", "Isolated, Removed, Contiguous, MergedWithPrevious or MergedWithNext", NextForUnknown),
    };

    private static MetaspaceSplit MetaspaceOf(JsonFields section) => new(ReplacementOf(section), SchemeOf(section), section.Bool("split") ?? true);

    private static char ReplacementOf(JsonFields section)
    {
        if (section.String("replacement") is not { } replacement)
            return BpeTokenizer.Metaspace;
        return replacement.Length == 1 && !char.IsSurrogate(replacement[0]) ? replacement[0] : throw section.Wrong("replacement", "one character");
    }

    private static PrependScheme SchemeOf(JsonFields section) => section.String("prepend_scheme") switch
    {
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        null => section.Bool("add_prefix_space") ?? true ? PrependScheme.Always : PrependScheme.Never,
        _ => throw section.Wrong("prepend_scheme", "always, first or never"),
    };

    private static PostProcessor? PostProcessorOf(JsonFields section, int depth)
    {
        switch (section.String("type"))
        {
            case "ByteLevel":
                return null; // Moves offsets only.
            case "TemplateProcessing" or "RobertaProcessing" or "BertProcessing":
                return new TemplateProcessor(TemplateJson.Read(section));
            case "Sequence":
                return new PostProcessorSequence([.. Parts(section, "processors", depth).Select(part => PostProcessorOf(part, depth - 1)).OfType<PostProcessor>()]);
            case var type:
                throw Unsupported(section, type, "ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing or Sequence");
        }
    }

    private static TokenDecoder DecoderOf(JsonFields section, int depth)
    {
        switch (section.RequiredString("type"))
        {
            case "ByteLevel":
                return new ByteLevelDecoder();
            case "Metaspace":
                return new MetaspaceDecoder(ReplacementOf(section), SchemeOf(section) != PrependScheme.Never);
            case "WordPiece":
                return new WordPieceDecoder(section.String("prefix") ?? "##", section.Bool("cleanup") ?? true);
            case "BPEDecoder":
                return new SuffixDecoder(section.String("suffix") ?? "</w>");
            case "ByteFallback":
                return new ByteFallbackDecoder();
            case "Fuse":
                return new FuseDecoder();
            case "Strip":
                return new StripDecoder(section.RequiredString("content"), section.RequiredInt("start", 0, int.MaxValue), section.RequiredInt("stop", 0, int.MaxValue));
            case "Replace":
                return new ReplaceDecoder(PatternOf(section), section.RequiredString("content"));
            case "SentencePiece":
                return new SentencePieceDecoder(section.RequiredString("unknown"), section.Bool("strips_first") ?? true, section.Bool("strips_all") ?? true);
            case "CTC":
                return new CtcDecoder(section.String("pad_token") ?? "<pad>", section.String("word_delimiter_token") ?? "|", section.Bool("cleanup") ?? true);
            case "Sequence":
                return new DecoderSequence([.. Parts(section, "decoders", depth).Select(part => DecoderOf(part, depth - 1))]);
            case var type:
                throw Unsupported(section, type, "ByteLevel, Metaspace, WordPiece, BPEDecoder, ByteFallback, Fuse, Strip, Replace, CTC or Sequence");
        }
    }

    /// <summary>A string or an expression; the expressions that are known have splitters of their own.</summary>
    private static Pattern PatternOf(JsonFields section)
    {
        var pattern = section.Object("pattern") ?? throw section.Wrong("pattern", "an object with String or Regex");
        if (pattern.String("String") is { } text)
            return new TextPattern(text);
        var expression = pattern.RequiredString("Regex");
        if (PreTokenizerPatterns.Recognise(expression) is { } kind)
            return new SplitterPattern(kind);
        try
        {
            return new ExpressionPattern(new Expression(expression));
        }
        catch (ExpressionSyntaxException error)
        {
            throw new InputException(pattern.Path, pattern.PlaceOf("Regex"), $"the expression {expression}, {error.Message}", "an expression that this version knows", NextForUnknown);
        }
    }

    private static IReadOnlyList<JsonFields> Parts(JsonFields section, string name, int depth) =>
        depth == 0 ? throw section.Wrong(name, $"at most {MaxDepth} sequences within each other")
        : section.Has(name) ? section.Objects(name, MaxParts)
        : throw section.Wrong(name, "an array");

    private static InputException Unsupported(JsonFields section, string? type, string expected) =>
        new(section.Path, section.PlaceOf("type"), type is null ? "nothing" : $"'{type}'", expected, NextForUnknown);
}
