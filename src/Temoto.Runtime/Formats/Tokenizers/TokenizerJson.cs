using System.Text;
using System.Text.Json;
using Temoto.Formats.Files;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Reads Hugging Face's tokenizer.json. The tokenizers that most models have, byte-level BPE (GPT-2, Qwen2, Llama 3) and SentencePiece-style BPE (Llama 2, Mistral, Phi-3, Gemma), are
/// recognised and said in the flags of a <see cref="TokenizerModel"/>; every other is said in its own parts (<see cref="TokenizerPipeline"/>).
/// </summary>
internal static class TokenizerJson
{
    private const string Expected = "a tokenizer.json";
    private const string Metaspace = "\u2581";
    private const string NextForUnknown = "this tokenizer cannot be used; choose another model";

    /// <summary>Of a Sequence; those published have up to 5.</summary>
    private const int MaxParts = 1000;

    public static TokenizerModel Read(string path) => Read(JsonFile.ReadText(path, Expected, SmallFile.MaxVocabularyBytes), path);

    /// <summary>Reads the document from memory; <paramref name="sourceName"/> is what errors call it.</summary>
    public static TokenizerModel Read(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        try
        {
            return new Reading(utf8, sourceName).Run();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw JsonFile.Malformed(sourceName, null, Expected, error);
        }
    }

    /// <summary>One pass over the document. Added tokens are read after the vocabulary, merges last because they need both.</summary>
    private sealed class Reading(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        // 40 bytes per token, merges included, is what large vocabularies need: one table, seldom grown.
        private readonly VocabularyBuilder ids = new(Math.Min(utf8.Length / 40, Vocabulary.LargestCount));
        private Range? addedTokensAt;
        private bool hasModel;
        private bool hasVocab;
        private int mergesAt = -1;
        private string? unknownToken;
        private bool nfc;
        private bool replacesSpaces;
        private bool prepends;
        private bool byteLevel;
        private bool byteLevelSplits;
        private bool addPrefixSpace;
        private bool metaspace;
        private bool prefixFirstOnly;
        private bool splitOnSpaces;
        private PreTokenizerKind? pattern;
        private readonly Dictionary<string, Range> sections = [];
        private string? type;
        private SubwordOptions options = new();
        private int? unknownAt;
        private List<double>? scores;
        private bool countsCharacters;
        private readonly List<string> decoders = [];

        /// <summary>So far it is one of those that most models have.</summary>
        private bool isPlain = true;
        private readonly List<int> prefix = [];
        private readonly List<int> suffix = [];

        public TokenizerModel Run()
        {
            var reader = new Utf8JsonReader(utf8.Span, JsonFile.ReaderOptions);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new InputException(sourceName, null, "a JSON value that is no object", "a tokenizer.json object", "check that this is a tokenizer.json");
            var seen = new HashSet<string>();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                if (!seen.Add(key))
                    throw Duplicate(key);
                reader.Read();
                if (key == "model")
                    ReadModel(ref reader);
                else if (key is "added_tokens" or "normalizer" or "pre_tokenizer" or "post_processor" or "decoder")
                    ReadSection(key, ref reader);
                else
                    reader.Skip();
            }
            // Anything but white space after the object is an error that Read reports.
            while (reader.Read())
            {
            }
            if (!hasModel)
                throw Missing("model", "a BPE model");
            if (!hasVocab)
                throw Missing("model.vocab", "an object of token ids");
            var kind = KindOf();
            if (kind == SubwordKind.Bpe && mergesAt < 0)
                throw Missing("model.merges", "an array of merges");
            return Build(kind);
        }

        /// <summary>Files of earlier versions do not say: then what is there does.</summary>
        private SubwordKind KindOf() => type switch
        {
            "BPE" => SubwordKind.Bpe,
            "WordPiece" => SubwordKind.WordPiece,
            "WordLevel" => SubwordKind.WordLevel,
            "Unigram" => SubwordKind.Unigram,
            null when scores is not null => SubwordKind.Unigram,
            null when mergesAt >= 0 => SubwordKind.Bpe,
            null => countsCharacters ? SubwordKind.WordPiece : SubwordKind.WordLevel,
            _ => throw Unsupported("model.type", $"'{type}'", "BPE, WordPiece, WordLevel or Unigram"),
        };

        private void RequireKnown(IReadOnlyList<int> added, Vocabulary vocabulary)
        {
            foreach (var id in added)
            {
                if (id >= vocabulary.Count)
                    throw new InputException(sourceName, "post_processor", $"id {id}", $"an id below {vocabulary.Count}", JsonFile.Damaged);
            }
        }

        private TokenizerModel Build(SubwordKind kind)
        {
            var addedTokens = new AddedTokenReader(ids, sourceName).Read(addedTokensAt is { } place ? utf8.Span[place] : "null"u8);
            var vocabulary = ids.Build(sourceName, "model.vocab");
            addedTokens.UseTextsOf(vocabulary);
            var merges = kind == SubwordKind.Bpe ? ReadMerges(vocabulary) : null;
            int? unknown = null;
            if (kind == SubwordKind.Unigram)
            {
                unknown = unknownAt;
            }
            else if (unknownToken is not null)
            {
                unknown = vocabulary.TryGetId(unknownToken, out var id)
                    ? id
                    : kind != SubwordKind.Bpe ? null : throw new InputException(
                        sourceName, "model.unk_token", $"'{unknownToken}', which is not in the vocabulary", "a known token", JsonFile.Damaged);
            }
            RequireKnown(prefix, vocabulary);
            RequireKnown(suffix, vocabulary);
            if (kind != SubwordKind.Bpe || !IsPlain())
                return Parts(kind, vocabulary, addedTokens, merges, unknown);
            return new TokenizerModel
            {
                Kind = byteLevel ? TokenizerKind.ByteLevelBpe : TokenizerKind.SentencePieceBpe,
                Tokens = vocabulary,
                Merges = merges,
                IgnoreMerges = options.IgnoreMerges,
                PreTokenizer = pattern ?? PreTokenizerKind.Gpt2,
                NormalizeNfc = nfc,
                AddPrefixSpace = addPrefixSpace || prepends,
                PrefixSpaceFirstOnly = prefixFirstOnly,
                PrefixSpaceUnlessPresent = metaspace || byteLevel,
                SplitOnSpaces = splitOnSpaces,
                ByteFallback = options.ByteFallback,
                FuseUnknown = options.FuseUnknown,
                AddedTokens = addedTokens,
                UnknownTokenId = unknown,
                Prefix = prefix,
                Suffix = suffix,
            };
        }

        /// <summary>The parts together are one of the tokenizers that most models have.</summary>
        private bool IsPlain()
        {
            if (!isPlain || options.ContinuingSubwordPrefix.Length > 0 || options.EndOfWordSuffix.Length > 0 || !DecodesPlainly())
                return false;
            return byteLevel
                ? !replacesSpaces && !prepends && !metaspace && pattern is null == byteLevelSplits
                : (replacesSpaces || metaspace) && pattern is null && !nfc;
        }

        /// <summary>Said in its own parts.</summary>
        private TokenizerModel Parts(SubwordKind kind, Vocabulary vocabulary, AddedTokenList addedTokens, RankedMerges? merges, int? unknown) => new()
        {
            Kind = byteLevel ? TokenizerKind.ByteLevelBpe : TokenizerKind.SentencePieceBpe,
            Tokens = vocabulary,
            Merges = merges,
            AddedTokens = addedTokens,
            UnknownTokenId = unknown,
            Pipeline = new TokenizerPipeline(kind, options with { UnknownTokenId = unknown })
            {
                Normalizer = TextOf("normalizer"),
                PreTokenizer = TextOf("pre_tokenizer"),
                PostProcessor = TextOf("post_processor"),
                Decoder = TextOf("decoder"),
                Scores = scores,
            },
        };

        private string? TextOf(string section) => sections.TryGetValue(section, out var place) ? Encoding.UTF8.GetString(utf8.Span[place]) : null;

        private void ReadModel(ref Utf8JsonReader reader)
        {
            hasModel = true;
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new InputException(sourceName, "model", $"{reader.TokenType}", "an object", JsonFile.OtherKind);
            var seen = new HashSet<string>();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                if (!seen.Add(key))
                    throw Duplicate($"model.{key}");
                reader.Read();
                switch (key)
                {
                    case "type":
                        type = TextOrNull(ref reader, key);
                        break;
                    case "vocab":
                        ReadVocab(ref reader);
                        break;
                    case "merges":
                        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.String))
                            throw new InputException(sourceName, "model.merges", Shown(ref reader), "an array", JsonFile.OtherKind);
                        mergesAt = (int)reader.TokenStartIndex;
                        reader.Skip();
                        break;
                    case "dropout":
                        if (reader.TokenType != JsonTokenType.Null && !(reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var rate) && rate == 0))
                            throw Unsupported("model.dropout", Shown(ref reader), "null");
                        break;
                    case "continuing_subword_prefix":
                        options = options with { ContinuingSubwordPrefix = TextOrNull(ref reader, key) ?? "" };
                        countsCharacters = true;
                        break;
                    case "end_of_word_suffix":
                        options = options with { EndOfWordSuffix = TextOrNull(ref reader, key) ?? "" };
                        break;
                    case "max_input_chars_per_word":
                        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var most) || most < 0)
                            throw new InputException(sourceName, $"model.{key}", Shown(ref reader), "a whole number", JsonFile.OtherKind);
                        options = options with { MaxInputCharsPerWord = most };
                        countsCharacters = true;
                        break;
                    case "unk_id":
                        if (reader.TokenType != JsonTokenType.Null)
                            unknownAt = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var id) && id >= 0
                                ? id
                                : throw new InputException(sourceName, $"model.{key}", Shown(ref reader), "a token id or null", JsonFile.OtherKind);
                        break;
                    case "unk_token":
                        unknownToken = TextOrNull(ref reader, key);
                        break;
                    case "fuse_unk":
                        options = options with { FuseUnknown = Flag(ref reader, key) };
                        break;
                    case "byte_fallback":
                        options = options with { ByteFallback = Flag(ref reader, key) };
                        break;
                    case "ignore_merges":
                        options = options with { IgnoreMerges = Flag(ref reader, key) };
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }
        }

        private void ReadVocab(ref Utf8JsonReader reader)
        {
            hasVocab = true;
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                ReadScoredVocab(ref reader);
                return;
            }
            JsonVocabulary.ReadInto(ids, ref reader, sourceName, "model.vocab");
        }

        /// <summary>Unigram: pairs of a token and its score, numbered in their order.</summary>
        private void ReadScoredVocab(ref Utf8JsonReader reader)
        {
            scores = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var where = $"model.vocab[{scores.Count}]";
                if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String)
                    throw NotScored(where);
                var token = reader.GetString()!;
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var score) || !double.IsFinite(score) || !reader.Read() || reader.TokenType != JsonTokenType.EndArray)
                    throw NotScored(where);
                if (scores.Count == Vocabulary.LargestCount)
                    throw new InputException(sourceName, "model.vocab", $"more than {Vocabulary.LargestCount} tokens", "a vocabulary", JsonFile.Damaged);
                ids.Add(token, scores.Count);
                scores.Add(score);
            }
        }

        private InputException NotScored(string where) => new(sourceName, where, "something else", "a token and its score", JsonFile.Damaged);

        /// <summary>As text, a line is a merge and the first may name the version.</summary>
        private RankedMerges ReadMerges(Vocabulary vocabulary)
        {
            var merges = new RankedMerges(vocabulary, Math.Min(vocabulary.Count, utf8.Length / 8), options.ContinuingSubwordPrefix.Length);
            var reader = new Utf8JsonReader(utf8.Span[mergesAt..], JsonFile.ReaderOptions);
            var text = new char[256];
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                foreach (var line in reader.GetString()!.Split('\n'))
                {
                    if (line.StartsWith("#version", StringComparison.Ordinal) || line.Length == 0)
                        continue;
                    var parts = line.Split(' ');
                    if (parts.Length != 2)
                        throw NotTwo($"model.merges, line {merges.Count + 1}");
                    merges.Add(parts[0], parts[1], sourceName);
                }
                return merges;
            }
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var where = $"model.merges[{merges.Count}]";
                if (reader.TokenType == JsonTokenType.String)
                {
                    var pair = Chars(ref reader, ref text, 0);
                    var space = pair.IndexOf(' ');
                    if (space < 0 || pair[(space + 1)..].Contains(' '))
                        throw new InputException(sourceName, where, $"'{pair}'", "two tokens with one space between them", JsonFile.Damaged);
                    merges.Add(pair[..space], pair[(space + 1)..], sourceName);
                }
                else if (reader.TokenType == JsonTokenType.StartArray)
                {
                    reader.Read();
                    var leftLength = reader.TokenType == JsonTokenType.String ? Chars(ref reader, ref text, 0).Length : throw NotTwo(where);
                    reader.Read();
                    var right = reader.TokenType == JsonTokenType.String ? Chars(ref reader, ref text, leftLength) : throw NotTwo(where);
                    merges.Add(text.AsSpan(0, leftLength), right, sourceName);
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.EndArray)
                        throw NotTwo(where);
                }
                else
                {
                    throw NotTwo(where);
                }
            }
            return merges;
        }

        private InputException NotTwo(string where) =>
            new(sourceName, where, "something else", "a string 'left right' or an array of two strings", JsonFile.Damaged);

        private static ReadOnlySpan<char> Chars(ref Utf8JsonReader reader, ref char[] text, int offset)
        {
            if (text.Length < offset + reader.ValueSpan.Length)
                Array.Resize(ref text, (offset + reader.ValueSpan.Length) * 2);
            return text.AsSpan(offset, reader.CopyString(text.AsSpan(offset)));
        }

        private void ReadSection(string key, ref Utf8JsonReader reader)
        {
            var start = (int)reader.TokenStartIndex;
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            if (key == "added_tokens")
            {
                addedTokensAt = start..(int)reader.BytesConsumed;
                return;
            }
            if (isNull)
                return;
            sections[key] = start..(int)reader.BytesConsumed;
            using var file = JsonFile.Parse(utf8[sections[key]], sourceName, "a part of a tokenizer.json", key);
            var section = file.Root;
            switch (key)
            {
                case "normalizer":
                    ReadNormalizer(section);
                    break;
                case "pre_tokenizer":
                    ReadPreTokenizer(section);
                    break;
                case "post_processor":
                    ReadPostProcessor(section);
                    break;
                default:
                    ReadDecoder(section);
                    break;
            }
        }

        /// <summary>A part that is not one of those that most models have.</summary>
        private void NotPlain() => isPlain = false;

        private void ReadNormalizer(JsonFields section)
        {
            switch (section.String("type"))
            {
                case "NFC":
                    nfc = true;
                    break;
                case "Sequence":
                    foreach (var item in Parts(section, "normalizers"))
                        ReadNormalizer(item);
                    break;
                case "Prepend" when section.RequiredString("prepend") == Metaspace && !replacesSpaces:
                    prepends = true;
                    break;
                case "Replace" when IsSpaceToMetaspace(section):
                    replacesSpaces = true;
                    break;
                default:
                    NotPlain();
                    break;
            }
        }

        private static bool IsSpaceToMetaspace(JsonFields section) =>
            section.Object("pattern")?.String("String") == " " && section.String("content") == Metaspace;

        private void ReadPreTokenizer(JsonFields section)
        {
            if (byteLevel || metaspace)
            {
                NotPlain();
                return;
            }
            switch (section.String("type"))
            {
                case "Sequence":
                    foreach (var item in Parts(section, "pretokenizers"))
                        ReadPreTokenizer(item);
                    break;
                case "ByteLevel":
                    byteLevel = true;
                    byteLevelSplits = section.Bool("use_regex") ?? true;
                    addPrefixSpace = section.Bool("add_prefix_space") ?? true;
                    if (addPrefixSpace && pattern is not null)
                        NotPlain();
                    break;
                case "Split":
                    ReadSplit(section);
                    break;
                case "Metaspace":
                    ReadMetaspace(section);
                    break;
                default:
                    NotPlain();
                    break;
            }
        }

        private void ReadSplit(JsonFields section)
        {
            var from = section.Object("pattern");
            var behavior = section.String("behavior");
            var invert = section.Bool("invert") ?? false;
            if (from?.String("String") == " " && replacesSpaces)
                return; // Gemma: spaces are U+2581 by now, so there is nothing to split at.
            // The known expressions match every character, so what lies between matches is empty and both ways give the matches.
            var isolates = (behavior == "Isolated" && !invert) || (behavior == "Removed" && invert);
            if (pattern is null && isolates && from?.String("Regex") is { } regex)
                pattern = PreTokenizerPatterns.Recognise(regex);
            else
                pattern = null;
            if (pattern is null)
                NotPlain();
        }

        private void ReadMetaspace(JsonFields section)
        {
            var scheme = section.String("prepend_scheme") ?? (section.Bool("add_prefix_space") ?? true ? "always" : "never");
            if (prepends || (section.String("replacement") ?? Metaspace) != Metaspace || scheme is not ("always" or "first" or "never"))
                NotPlain();
            metaspace = true;
            addPrefixSpace = scheme != "never";
            prefixFirstOnly = scheme == "first";
            splitOnSpaces = section.Bool("split") ?? true;
        }

        private void ReadPostProcessor(JsonFields section)
        {
            switch (section.String("type"))
            {
                case "ByteLevel":
                    break; // Moves offsets only.
                case "Sequence":
                    foreach (var item in Parts(section, "processors"))
                        ReadPostProcessor(item);
                    break;
                case "TemplateProcessing" or "RobertaProcessing" or "BertProcessing":
                    ReadTemplate(TemplateJson.Read(section));
                    break;
                default:
                    NotPlain();
                    break;
            }
        }

        /// <summary>Ids before the text and behind it, where it is there once.</summary>
        private void ReadTemplate(IReadOnlyList<IReadOnlyList<int>?> parts)
        {
            if (parts.Count(part => part is null) != 1)
                NotPlain();
            prefix.InsertRange(0, parts.TakeWhile(part => part is not null).SelectMany(part => part!));
            suffix.AddRange(parts.SkipWhile(part => part is not null).OfType<IReadOnlyList<int>>().SelectMany(part => part));
        }

        /// <summary>Byte-level BPE decodes bytes; SentencePiece's BPE spaces, byte tokens and the space that was put before the text.</summary>
        private void ReadDecoder(JsonFields section)
        {
            if (section.String("type") != "Sequence")
            {
                decoders.Add(section.String("type") switch
                {
                    "Replace" when !IsMetaspaceToSpace(section) => "Replace of something else",
                    "Strip" when !IsFirstSpace(section) => "Strip of something else",
                    var type => type ?? "",
                });
                return;
            }
            foreach (var item in Parts(section, "decoders"))
                ReadDecoder(item);
        }

        private static bool IsMetaspaceToSpace(JsonFields section) =>
            section.Object("pattern")?.String("String") == Metaspace && section.String("content") == " ";

        private static bool IsFirstSpace(JsonFields section) => section.String("content") == " " && section.Int("start", 0, int.MaxValue) == 1 && section.Int("stop", 0, int.MaxValue) == 0;

        private bool DecodesPlainly() => byteLevel
            ? decoders is ["ByteLevel"]
            : options.ByteFallback && (addPrefixSpace || prepends ? decoders is ["Replace", "ByteFallback", "Fuse", "Strip"] : decoders is ["Replace", "ByteFallback", "Fuse"]);

        private static IReadOnlyList<JsonFields> Parts(JsonFields section, string name) =>
            section.Has(name) ? section.Objects(name, MaxParts) : throw section.Wrong(name, "an array");

        private string? TextOrNull(ref Utf8JsonReader reader, string key) => reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => reader.GetString(),
            _ => throw new InputException(sourceName, $"model.{key}", Shown(ref reader), "a string or null", JsonFile.OtherKind),
        };

        private bool Flag(ref Utf8JsonReader reader, string key) => reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False or JsonTokenType.Null => false,
            _ => throw new InputException(sourceName, $"model.{key}", Shown(ref reader), "true or false", JsonFile.OtherKind),
        };

        private static string Shown(ref Utf8JsonReader reader) =>
            reader.TokenType == JsonTokenType.String ? $"'{reader.GetString()}'" : $"{reader.TokenType}";

        private InputException Missing(string key, string expected) => new(sourceName, key, "nothing", expected, JsonFile.OtherKind);

        private InputException Duplicate(string key) => new(sourceName, key, "the same key twice", "each key once", JsonFile.Damaged);

        private InputException Unsupported(string where, string found, string expected) => new(sourceName, where, found, expected, NextForUnknown);
    }
}
