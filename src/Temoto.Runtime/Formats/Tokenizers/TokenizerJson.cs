using System.Text.Json;
using Temoto.Formats.Files;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Reads Hugging Face's tokenizer.json: BPE models, byte-level (GPT-2, Qwen2, Llama 3) or SentencePiece-style (Llama 2, Mistral, Phi-3, Gemma).
/// A part that would change the ids and is not known is refused.
/// </summary>
internal static class TokenizerJson
{
    private const string Expected = "a tokenizer.json";
    private const string Metaspace = "\u2581";
    private const string NextForUnknown = "this tokenizer cannot be used; choose a model with a GPT-2, Qwen2, Llama 3 or SentencePiece tokenizer";

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
        private bool fuseUnknown;
        private bool byteFallback;
        private bool ignoreMerges;
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
            if (mergesAt < 0)
                throw Missing("model.merges", "an array of merges");
            return Build();
        }

        private TokenizerModel Build()
        {
            var addedTokens = new AddedTokenReader(ids, sourceName).Read(addedTokensAt is { } place ? utf8.Span[place] : "null"u8);
            var vocabulary = ids.Build(sourceName, "model.vocab");
            addedTokens.UseTextsOf(vocabulary);
            var merges = ReadMerges(vocabulary);
            int? unknown = null;
            if (unknownToken is not null)
            {
                unknown = vocabulary.TryGetId(unknownToken, out var id)
                    ? id
                    : throw new InputException(
                        sourceName, "model.unk_token", $"'{unknownToken}', which is not in the vocabulary", "a known token", JsonFile.Damaged);
            }
            foreach (var id in prefix.Concat(suffix))
            {
                if (id >= vocabulary.Count)
                    throw new InputException(sourceName, "post_processor", $"id {id}", $"an id below {vocabulary.Count}", JsonFile.Damaged);
            }
            var kind = byteLevel ? TokenizerKind.ByteLevelBpe : TokenizerKind.SentencePieceBpe;
            if (byteLevel && (replacesSpaces || prepends || metaspace))
                throw Unsupported("pre_tokenizer", "ByteLevel together with SentencePiece's spaces", "one of the two");
            if (byteLevel && pattern is null && !byteLevelSplits)
                throw Unsupported("pre_tokenizer", "ByteLevel without an expression that splits text into words", "use_regex or a Split before it");
            if (byteLevel && pattern is not null && byteLevelSplits)
                throw Unsupported("pre_tokenizer", "ByteLevel with use_regex after a Split", "use_regex: false");
            if (!byteLevel && !replacesSpaces && !metaspace)
                throw Unsupported("pre_tokenizer", "neither ByteLevel nor Metaspace", "a byte-level or SentencePiece-style BPE");
            if (!byteLevel && pattern is not null)
                throw Unsupported("pre_tokenizer", "Split without ByteLevel", "a byte-level or SentencePiece-style BPE");
            if (!byteLevel && nfc)
                throw Unsupported("normalizer", "NFC with SentencePiece's spaces", "no NFC");
            return new TokenizerModel
            {
                Kind = kind,
                Tokens = vocabulary,
                Merges = merges,
                IgnoreMerges = ignoreMerges,
                PreTokenizer = pattern ?? PreTokenizerKind.Gpt2,
                NormalizeNfc = nfc,
                AddPrefixSpace = addPrefixSpace || prepends,
                PrefixSpaceFirstOnly = prefixFirstOnly,
                PrefixSpaceUnlessPresent = metaspace || byteLevel,
                SplitOnSpaces = splitOnSpaces,
                ByteFallback = byteFallback,
                FuseUnknown = fuseUnknown,
                AddedTokens = addedTokens,
                UnknownTokenId = unknown,
                Prefix = prefix,
                Suffix = suffix,
            };
        }

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
                        if (reader.TokenType != JsonTokenType.String || !reader.ValueTextEquals("BPE"))
                            throw Unsupported("model.type", Shown(ref reader), "'BPE'");
                        break;
                    case "vocab":
                        ReadVocab(ref reader);
                        break;
                    case "merges":
                        if (reader.TokenType != JsonTokenType.StartArray)
                            throw new InputException(sourceName, "model.merges", Shown(ref reader), "an array", JsonFile.OtherKind);
                        mergesAt = (int)reader.TokenStartIndex;
                        reader.Skip();
                        break;
                    case "dropout":
                        if (reader.TokenType != JsonTokenType.Null && !(reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var rate) && rate == 0))
                            throw Unsupported("model.dropout", Shown(ref reader), "null");
                        break;
                    case "continuing_subword_prefix" or "end_of_word_suffix":
                        if (reader.TokenType != JsonTokenType.Null && !(reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("")))
                            throw Unsupported($"model.{key}", Shown(ref reader), "null or an empty string");
                        break;
                    case "unk_token":
                        unknownToken = reader.TokenType switch
                        {
                            JsonTokenType.Null => null,
                            JsonTokenType.String => reader.GetString(),
                            _ => throw new InputException(sourceName, "model.unk_token", Shown(ref reader), "a string or null", JsonFile.OtherKind),
                        };
                        break;
                    case "fuse_unk":
                        fuseUnknown = Flag(ref reader, key);
                        break;
                    case "byte_fallback":
                        byteFallback = Flag(ref reader, key);
                        break;
                    case "ignore_merges":
                        ignoreMerges = Flag(ref reader, key);
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
            JsonVocabulary.ReadInto(ids, ref reader, sourceName, "model.vocab");
        }

        private RankedMerges ReadMerges(Vocabulary vocabulary)
        {
            var merges = new RankedMerges(vocabulary, Math.Min(vocabulary.Count, utf8.Length / 8));
            var reader = new Utf8JsonReader(utf8.Span[mergesAt..], JsonFile.ReaderOptions);
            var text = new char[256];
            reader.Read();
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
            using var file = JsonFile.Parse(utf8[start..(int)reader.BytesConsumed], sourceName, "a part of a tokenizer.json", key);
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
                    CheckDecoder(section);
                    break;
            }
        }

        private void ReadNormalizer(JsonFields section)
        {
            switch (section.RequiredString("type"))
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
                case var type:
                    throw Unsupported(section.Place, $"'{type}'", "NFC, Sequence, Prepend of U+2581, or Replace of a space by U+2581");
            }
        }

        private static bool IsSpaceToMetaspace(JsonFields section) =>
            section.Object("pattern")?.String("String") == " " && section.String("content") == Metaspace;

        private void ReadPreTokenizer(JsonFields section)
        {
            var type = section.RequiredString("type");
            if (byteLevel || metaspace)
                throw Unsupported(section.Place, $"'{type}' after ByteLevel or Metaspace", "ByteLevel or Metaspace last");
            switch (type)
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
                        throw Unsupported(section.PlaceOf("add_prefix_space"), "true after a Split", "false");
                    break;
                case "Split":
                    ReadSplit(section);
                    break;
                case "Metaspace":
                    ReadMetaspace(section);
                    break;
                default:
                    throw Unsupported(section.Place, $"'{type}'", "Sequence, Split, ByteLevel or Metaspace");
            }
        }

        private void ReadSplit(JsonFields section)
        {
            var from = section.Object("pattern") ?? throw section.Wrong("pattern", "a pattern");
            var behavior = section.RequiredString("behavior");
            var invert = section.Bool("invert") ?? false;
            if (from.String("String") == " " && replacesSpaces)
                return; // Gemma: spaces are U+2581 by now, so there is nothing to split at.
            var regex = from.RequiredString("Regex");
            if (pattern is not null)
                throw Unsupported(section.Place, $"a second expression, {regex}", "one Split");
            // The known expressions match every character, so what lies between matches is empty and both ways give the matches.
            if (!(behavior == "Isolated" && !invert) && !(behavior == "Removed" && invert))
                throw Unsupported(section.Place, $"behavior '{behavior}' with invert {(invert ? "true" : "false")}", "'Isolated' with invert false");
            pattern = PreTokenizerPatterns.Recognise(regex)
                ?? throw Unsupported(section.PlaceOf("pattern"), $"the expression {regex}", "GPT-2's, Qwen2's or Llama 3's expression");
        }

        private void ReadMetaspace(JsonFields section)
        {
            if (section.String("replacement") is { } replacement && replacement != Metaspace)
                throw Unsupported(section.PlaceOf("replacement"), $"'{replacement}'", "U+2581");
            var scheme = section.String("prepend_scheme") ?? (section.Bool("add_prefix_space") ?? true ? "always" : "never");
            if (scheme is not ("always" or "first" or "never"))
                throw Unsupported(section.PlaceOf("prepend_scheme"), $"'{scheme}'", "always, first or never");
            metaspace = true;
            addPrefixSpace = scheme != "never";
            prefixFirstOnly = scheme == "first";
            splitOnSpaces = section.Bool("split") ?? true;
            if (prepends)
                throw Unsupported(section.Place, "Metaspace after Prepend", "one of the two");
        }

        private void ReadPostProcessor(JsonFields section)
        {
            switch (section.RequiredString("type"))
            {
                case "ByteLevel":
                    break; // Moves offsets only.
                case "Sequence":
                    foreach (var item in Parts(section, "processors"))
                        ReadPostProcessor(item);
                    break;
                case "TemplateProcessing":
                    ReadTemplate(section);
                    break;
                case "RobertaProcessing" or "BertProcessing":
                    prefix.Insert(0, NamedId(section, "cls"));
                    suffix.Add(NamedId(section, "sep"));
                    break;
                case var type:
                    throw Unsupported(section.Place, $"'{type}'", "ByteLevel, Sequence, TemplateProcessing or RobertaProcessing");
            }
        }

        private static int NamedId(JsonFields section, string name)
        {
            var pair = section.RequiredValue(name, "a token and its id");
            return pair.Count() > 1 ? JsonVocabulary.Id(pair.Items().ElementAt(1)) : throw pair.Wrong("a token and its id");
        }

        private void ReadTemplate(JsonFields section)
        {
            var single = section.RequiredValue("single", "an array");
            var tokens = section.Object("special_tokens");
            var before = new List<int>();
            var after = new List<int>();
            var reachedText = false;
            foreach (var item in single.Items().Select(item => item.Fields()))
            {
                if (item.Object("Sequence") is { } sequence)
                {
                    if (reachedText || sequence.String("id") != "A")
                        throw Unsupported(single.Place, "another sequence than one A", "one Sequence A");
                    reachedText = true;
                    continue;
                }
                var special = item.Object("SpecialToken") ?? throw Missing(single.Place, "SpecialToken or Sequence");
                var name = special.RequiredString("id");
                var entry = tokens?.Object(name) ?? throw Missing($"{section.PlaceOf("special_tokens")}['{name}']", "its ids");
                foreach (var id in entry.RequiredValue("ids", "its ids").Items())
                    (reachedText ? after : before).Add(JsonVocabulary.Id(id));
            }
            if (!reachedText)
                throw Missing(single.Place, "Sequence A");
            prefix.InsertRange(0, before);
            suffix.AddRange(after);
        }

        /// <summary>Decoding follows from the model's kind; this only refuses a decoder that would do something else.</summary>
        private void CheckDecoder(JsonFields section)
        {
            switch (section.RequiredString("type"))
            {
                case "Sequence":
                    foreach (var item in Parts(section, "decoders"))
                        CheckDecoder(item);
                    break;
                case "ByteLevel" or "Metaspace" or "ByteFallback" or "Fuse" or "Strip" or "Replace":
                    break;
                case var type:
                    throw Unsupported(section.Place, $"'{type}'", "ByteLevel, Metaspace, or a Sequence of Replace, ByteFallback, Fuse and Strip");
            }
        }

        private static IReadOnlyList<JsonFields> Parts(JsonFields section, string name) =>
            section.Has(name) ? section.Objects(name, MaxParts) : throw section.Wrong(name, "an array");

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
