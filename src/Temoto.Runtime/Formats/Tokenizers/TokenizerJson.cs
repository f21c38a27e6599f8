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
    private const string Metaspace = "\u2581";
    private const string NextForUnknown = "this tokenizer cannot be used; choose a model with a GPT-2, Qwen2, Llama 3 or SentencePiece tokenizer";

    public static TokenizerModel Read(string path) => Read(StrictJson.ReadFile(path, "a tokenizer.json", SmallFile.MaxVocabularyBytes), path);

    /// <summary>Reads the document from memory; <paramref name="sourceName"/> is what errors call it.</summary>
    public static TokenizerModel Read(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        try
        {
            return new Reading(utf8, sourceName).Run();
        }
        catch (JsonException error)
        {
            throw StrictJson.Malformed(sourceName, null, error);
        }
        catch (InvalidOperationException error)
        {
            // Utf8JsonReader: half a surrogate pair in an escape, or bytes that are not UTF-8.
            throw new InputException(sourceName, null, error.Message, "strings of Unicode characters", "the file is damaged; fetch it again");
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
            var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth });
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
                throw StrictJson.Missing(sourceName, "model", "a BPE model");
            if (!hasVocab)
                throw StrictJson.Missing(sourceName, "model.vocab", "an object of token ids");
            if (mergesAt < 0)
                throw StrictJson.Missing(sourceName, "model.merges", "an array of merges");
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
                    : throw new InputException(sourceName, "model.unk_token", $"'{unknownToken}', which is not in the vocabulary", "a known token", "the file is damaged; fetch it again");
            }
            foreach (var id in prefix.Concat(suffix))
            {
                if (id >= vocabulary.Count)
                    throw new InputException(sourceName, "post_processor", $"id {id}", $"an id below {vocabulary.Count}", "the file is damaged; fetch it again");
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
                throw new InputException(sourceName, "model", $"{reader.TokenType}", "an object", "the file is damaged or of another kind");
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
                            throw new InputException(sourceName, "model.merges", Shown(ref reader), "an array", "the file is damaged or of another kind");
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
                            _ => throw new InputException(sourceName, "model.unk_token", Shown(ref reader), "a string or null", "the file is damaged or of another kind"),
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
            var reader = new Utf8JsonReader(utf8.Span[mergesAt..], new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth });
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
                        throw new InputException(sourceName, where, $"'{pair}'", "two tokens with one space between them", "the file is damaged; fetch it again");
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
            new(sourceName, where, "something else", "a string 'left right' or an array of two strings", "the file is damaged; fetch it again");

        private static ReadOnlySpan<char> Chars(ref Utf8JsonReader reader, ref char[] text, int offset)
        {
            if (text.Length < offset + reader.ValueSpan.Length)
                Array.Resize(ref text, (offset + reader.ValueSpan.Length) * 2);
            return text.AsSpan(offset, reader.CopyString(text.AsSpan(offset)));
        }

        private void ReadSection(string key, ref Utf8JsonReader reader)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (key == "added_tokens")
            {
                addedTokensAt = start..(int)reader.BytesConsumed;
                return;
            }
            using var document = StrictJson.Parse(utf8[start..(int)reader.BytesConsumed], sourceName, key);
            var section = document.RootElement;
            if (section.ValueKind == JsonValueKind.Null)
                return;
            switch (key)
            {
                case "normalizer":
                    ReadNormalizer(section, key);
                    break;
                case "pre_tokenizer":
                    ReadPreTokenizer(section, key);
                    break;
                case "post_processor":
                    ReadPostProcessor(section, key);
                    break;
                default:
                    CheckDecoder(section, key);
                    break;
            }
        }

        private void ReadNormalizer(JsonElement section, string where)
        {
            switch (StrictJson.RequiredText(section, "type", sourceName, where))
            {
                case "NFC":
                    nfc = true;
                    break;
                case "Sequence":
                    foreach (var (item, place) in Parts(section, "normalizers", where))
                        ReadNormalizer(item, place);
                    break;
                case "Prepend" when StrictJson.RequiredText(section, "prepend", sourceName, where) == Metaspace && !replacesSpaces:
                    prepends = true;
                    break;
                case "Replace" when IsSpaceToMetaspace(section, where):
                    replacesSpaces = true;
                    break;
                case var type:
                    throw Unsupported(where, $"'{type}'", "NFC, Sequence, Prepend of U+2581, or Replace of a space by U+2581");
            }
        }

        private bool IsSpaceToMetaspace(JsonElement section, string where) =>
            StrictJson.Member(section, "pattern", sourceName, where) is { } from
            && StrictJson.Text(from, "String", sourceName, $"{where}.pattern") == " "
            && StrictJson.Text(section, "content", sourceName, where) == Metaspace;

        private void ReadPreTokenizer(JsonElement section, string where)
        {
            var type = StrictJson.RequiredText(section, "type", sourceName, where);
            if (byteLevel || metaspace)
                throw Unsupported(where, $"'{type}' after ByteLevel or Metaspace", "ByteLevel or Metaspace last");
            switch (type)
            {
                case "Sequence":
                    foreach (var (item, place) in Parts(section, "pretokenizers", where))
                        ReadPreTokenizer(item, place);
                    break;
                case "ByteLevel":
                    byteLevel = true;
                    byteLevelSplits = StrictJson.Flag(section, "use_regex", true, sourceName, where);
                    addPrefixSpace = StrictJson.Flag(section, "add_prefix_space", true, sourceName, where);
                    if (addPrefixSpace && pattern is not null)
                        throw Unsupported($"{where}.add_prefix_space", "true after a Split", "false");
                    break;
                case "Split":
                    ReadSplit(section, where);
                    break;
                case "Metaspace":
                    ReadMetaspace(section, where);
                    break;
                default:
                    throw Unsupported(where, $"'{type}'", "Sequence, Split, ByteLevel or Metaspace");
            }
        }

        private void ReadSplit(JsonElement section, string where)
        {
            var from = StrictJson.Member(section, "pattern", sourceName, where) ?? throw StrictJson.Missing(sourceName, $"{where}.pattern", "a pattern");
            var behavior = StrictJson.RequiredText(section, "behavior", sourceName, where);
            var invert = StrictJson.Flag(section, "invert", false, sourceName, where);
            if (StrictJson.Text(from, "String", sourceName, $"{where}.pattern") == " " && replacesSpaces)
                return; // Gemma: spaces are U+2581 by now, so there is nothing to split at.
            var regex = StrictJson.RequiredText(from, "Regex", sourceName, $"{where}.pattern");
            if (pattern is not null)
                throw Unsupported(where, $"a second expression, {regex}", "one Split");
            // The known expressions match every character, so what lies between matches is empty and both ways give the matches.
            if (!(behavior == "Isolated" && !invert) && !(behavior == "Removed" && invert))
                throw Unsupported(where, $"behavior '{behavior}' with invert {(invert ? "true" : "false")}", "'Isolated' with invert false");
            pattern = PreTokenizerPatterns.Recognise(regex)
                ?? throw Unsupported($"{where}.pattern", $"the expression {regex}", "GPT-2's, Qwen2's or Llama 3's expression");
        }

        private void ReadMetaspace(JsonElement section, string where)
        {
            if (StrictJson.Text(section, "replacement", sourceName, where) is { } replacement && replacement != Metaspace)
                throw Unsupported($"{where}.replacement", $"'{replacement}'", "U+2581");
            var scheme = StrictJson.Text(section, "prepend_scheme", sourceName, where)
                ?? (StrictJson.Flag(section, "add_prefix_space", true, sourceName, where) ? "always" : "never");
            if (scheme is not ("always" or "first" or "never"))
                throw Unsupported($"{where}.prepend_scheme", $"'{scheme}'", "always, first or never");
            metaspace = true;
            addPrefixSpace = scheme != "never";
            prefixFirstOnly = scheme == "first";
            splitOnSpaces = StrictJson.Flag(section, "split", true, sourceName, where);
            if (prepends)
                throw Unsupported(where, "Metaspace after Prepend", "one of the two");
        }

        private void ReadPostProcessor(JsonElement section, string where)
        {
            switch (StrictJson.RequiredText(section, "type", sourceName, where))
            {
                case "ByteLevel":
                    break; // Moves offsets only.
                case "Sequence":
                    foreach (var (item, place) in Parts(section, "processors", where))
                        ReadPostProcessor(item, place);
                    break;
                case "TemplateProcessing":
                    ReadTemplate(section, where);
                    break;
                case "RobertaProcessing" or "BertProcessing":
                    prefix.Insert(0, NamedId(section, "cls", where));
                    suffix.Add(NamedId(section, "sep", where));
                    break;
                case var type:
                    throw Unsupported(where, $"'{type}'", "ByteLevel, Sequence, TemplateProcessing or RobertaProcessing");
            }
        }

        private int NamedId(JsonElement section, string name, string where)
        {
            var place = $"{where}.{name}";
            var pair = StrictJson.Member(section, name, sourceName, where) ?? throw StrictJson.Missing(sourceName, place, "a token and its id");
            var items = StrictJson.Items(pair, sourceName, place);
            return items.MoveNext() && items.MoveNext() ? JsonVocabulary.Id(items.Current, sourceName, place) : throw StrictJson.Missing(sourceName, place, "a token and its id");
        }

        private void ReadTemplate(JsonElement section, string where)
        {
            var single = StrictJson.Member(section, "single", sourceName, where) ?? throw StrictJson.Missing(sourceName, $"{where}.single", "an array");
            var tokens = StrictJson.Member(section, "special_tokens", sourceName, where);
            var before = new List<int>();
            var after = new List<int>();
            var reachedText = false;
            foreach (var item in StrictJson.Items(single, sourceName, $"{where}.single"))
            {
                if (StrictJson.Member(item, "Sequence", sourceName, $"{where}.single") is { } sequence)
                {
                    if (reachedText || StrictJson.Text(sequence, "id", sourceName, $"{where}.single") != "A")
                        throw Unsupported($"{where}.single", "another sequence than one A", "one Sequence A");
                    reachedText = true;
                    continue;
                }
                var special = StrictJson.Member(item, "SpecialToken", sourceName, $"{where}.single") ?? throw StrictJson.Missing(sourceName, $"{where}.single", "SpecialToken or Sequence");
                var name = StrictJson.RequiredText(special, "id", sourceName, $"{where}.single");
                var place = $"{where}.special_tokens['{name}']";
                var entry = tokens is { } known ? StrictJson.Member(known, name, sourceName, $"{where}.special_tokens") : null;
                var list = StrictJson.Member(entry ?? throw StrictJson.Missing(sourceName, place, "its ids"), "ids", sourceName, place) ?? throw StrictJson.Missing(sourceName, place, "its ids");
                foreach (var id in StrictJson.Items(list, sourceName, place))
                    (reachedText ? after : before).Add(JsonVocabulary.Id(id, sourceName, place));
            }
            if (!reachedText)
                throw StrictJson.Missing(sourceName, $"{where}.single", "Sequence A");
            prefix.InsertRange(0, before);
            suffix.AddRange(after);
        }

        /// <summary>Decoding follows from the model's kind; this only refuses a decoder that would do something else.</summary>
        private void CheckDecoder(JsonElement section, string where)
        {
            switch (StrictJson.RequiredText(section, "type", sourceName, where))
            {
                case "Sequence":
                    foreach (var (item, place) in Parts(section, "decoders", where))
                        CheckDecoder(item, place);
                    break;
                case "ByteLevel" or "Metaspace" or "ByteFallback" or "Fuse" or "Strip" or "Replace":
                    break;
                case var type:
                    throw Unsupported(where, $"'{type}'", "ByteLevel, Metaspace, or a Sequence of Replace, ByteFallback, Fuse and Strip");
            }
        }

        private IEnumerable<(JsonElement Item, string Where)> Parts(JsonElement section, string name, string where)
        {
            var parts = StrictJson.Member(section, name, sourceName, where) ?? throw StrictJson.Missing(sourceName, $"{where}.{name}", "an array");
            var index = 0;
            foreach (var item in StrictJson.Items(parts, sourceName, $"{where}.{name}"))
                yield return (item, $"{where}.{name}[{index++}]");
        }

        private bool Flag(ref Utf8JsonReader reader, string key) => reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False or JsonTokenType.Null => false,
            _ => throw new InputException(sourceName, $"model.{key}", Shown(ref reader), "true or false", "the file is damaged or of another kind"),
        };

        private static string Shown(ref Utf8JsonReader reader) =>
            reader.TokenType == JsonTokenType.String ? $"'{reader.GetString()}'" : $"{reader.TokenType}";

        private InputException Duplicate(string key) => new(sourceName, key, "the same key twice", "each key once", "the file is damaged; fetch it again");

        private InputException Unsupported(string where, string found, string expected) => new(sourceName, where, found, expected, NextForUnknown);
    }
}
