using System.Text;
using Temoto.Formats.Files;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// SentencePiece's <c>tokenizer.model</c> (sentencepiece_model.proto): pieces with scores and types, what kind of model, and how text is normalized. Unigram and BPE; the normalizer and the
/// decoder are SentencePiece's own, which Hugging Face's tokenizers have not.
/// </summary>
internal static class SentencePieceFile
{
    public const string FileName = "tokenizer.model";

    private const string Expected = "a SentencePiece model";

    public static TokenizerModel Read(string path, TokenizerConfig config)
    {
        var bytes = JsonFile.ReadText(path, FileName, SmallFile.MaxVocabularyBytes);
        try
        {
            return new Reading(path).Run(bytes.Span, config);
        }
        catch (Exception error) when (error is FormatException or DecoderFallbackException)
        {
            throw new InputException(path, null, error.Message, Expected, JsonFile.Damaged);
        }
    }

    private sealed class Reading(string path)
    {
        private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

        private readonly VocabularyBuilder pieces = new();
        private readonly List<double> scores = [];
        private readonly List<PieceType> types = [];
        private readonly List<string> texts = [];
        private bool isUnigram = true;
        private bool byteFallback;
        private int unknownId, bosId = 1, eosId = 2;
        private byte[] charsMap = [];
        private bool addsDummyPrefix = true, removesExtraWhitespaces = true, escapesWhitespaces = true;

        public TokenizerModel Run(ReadOnlySpan<byte> bytes, TokenizerConfig config)
        {
            var message = new ProtobufReader(bytes);
            while (message.Next())
            {
                switch (message.Number)
                {
                    case 1:
                        ReadPiece(message.Bytes);
                        break;
                    case 2:
                        ReadTrainer(message.Bytes);
                        break;
                    case 3:
                        ReadNormalizer(message.Bytes);
                        break;
                }
            }
            if (texts.Count == 0)
                throw new InputException(path, null, "no pieces", Expected, JsonFile.OtherKind);
            return Build(config);
        }

        private void ReadPiece(ReadOnlySpan<byte> bytes)
        {
            var (text, score, type) = ("", 0f, PieceType.Normal);
            var fields = new ProtobufReader(bytes);
            while (fields.Next())
            {
                if (fields.Number == 1)
                    text = Utf8.GetString(fields.Bytes);
                else if (fields.Number == 2)
                    score = fields.Single;
                else if (fields.Number == 3)
                    type = (PieceType)fields.Value;
            }
            if (texts.Count == Vocabulary.LargestCount || !float.IsFinite(score) || !Enum.IsDefined(type))
                throw new InputException(path, $"piece {texts.Count}", $"'{text}' with score {score} and type {(int)type}", "a piece with a finite score and a type from 1 to 6", JsonFile.Damaged);
            if (type != PieceType.Unused)
                pieces.Add(text, texts.Count);
            texts.Add(text);
            scores.Add(score);
            types.Add(type);
        }

        private void ReadTrainer(ReadOnlySpan<byte> bytes)
        {
            var fields = new ProtobufReader(bytes);
            while (fields.Next())
            {
                switch (fields.Number)
                {
                    case 3:
                        isUnigram = fields.Value switch
                        {
                            1 => true,
                            2 => false,
                            _ => throw new InputException(path, "trainer_spec.model_type", $"{fields.Value}", "1 (unigram) or 2 (BPE)", "choose another model"),
                        };
                        break;
                    case 24 when fields.Value != 0:
                        throw new InputException(path, "trainer_spec.treat_whitespace_as_suffix", "true", "false", "choose another model");
                    case 35:
                        byteFallback = fields.Value != 0;
                        break;
                    case 40:
                        unknownId = (int)fields.Value;
                        break;
                    case 41:
                        bosId = (int)fields.Value;
                        break;
                    case 42:
                        eosId = (int)fields.Value;
                        break;
                }
            }
        }

        private void ReadNormalizer(ReadOnlySpan<byte> bytes)
        {
            var fields = new ProtobufReader(bytes);
            while (fields.Next())
            {
                if (fields.Number == 2)
                    charsMap = fields.Bytes.ToArray();
                else if (fields.Number == 3)
                    addsDummyPrefix = fields.Value != 0;
                else if (fields.Number == 4)
                    removesExtraWhitespaces = fields.Value != 0;
                else if (fields.Number == 5)
                    escapesWhitespaces = fields.Value != 0;
            }
        }

        private TokenizerModel Build(TokenizerConfig config)
        {
            var count = texts.Count;
            int? Known(int id) => id >= 0 && id < count ? id : null;
            int? Named(string? token) => token is not null && texts.IndexOf(token) is var id and >= 0 ? id : null;
            var bos = Named(config.BosToken) ?? Known(bosId);
            var eos = Named(config.EosToken) ?? Known(eosId);
            IReadOnlyList<int> prefix = bos is { } begin && (config.AddBosToken ?? true) ? [begin] : [];
            IReadOnlyList<int> suffix = eos is { } end && config.AddEosToken ? [end] : [];
            var userDefined = Enumerable.Range(0, count).Where(id => types[id] == PieceType.UserDefined).ToList();
            var reserved = Enumerable.Range(0, count).Where(id => types[id] is PieceType.Unknown or PieceType.Control or PieceType.Byte).ToList();
            var largest = scores.Max();
            if (isUnigram)
            {
                // Such a piece is taken wherever it stands.
                foreach (var id in userDefined)
                    scores[id] = Encoding.UTF8.GetByteCount(texts[id]) * largest - 0.1;
            }
            var unknown = Known(unknownId);
            return new TokenizerModel
            {
                Kind = TokenizerKind.SentencePieceBpe,
                Tokens = pieces.Build(count),
                Scores = [.. scores.Select(score => (float)score)],
                AddedTokens = [.. Enumerable.Range(0, count).Where(id => types[id] == PieceType.Control && texts[id].Length > 0).Select(id => new AddedToken(id, texts[id], Special: true))],
                BosTokenId = bos,
                EosTokenIds = eos is { } last ? [last] : [],
                UnknownTokenId = unknown,
                Prefix = prefix,
                Suffix = suffix,
                Pipeline = new TokenizerPipeline(isUnigram ? SubwordKind.Unigram : SubwordKind.Bpe, new SubwordOptions { ByteFallback = byteFallback, FuseUnknown = true, UnknownTokenId = unknown, WholeTokenIds = userDefined, ReservedTokenIds = reserved, SumsAreSingle = true })
                {
                    Normalizer = SentencePieceJson.Normalizer(charsMap, addsDummyPrefix, prefixesEveryPiece: false, removesExtraWhitespaces, escapesWhitespaces, userDefined.Select(id => texts[id])),
                    PostProcessor = TemplateJson.Of(prefix, suffix),
                    Decoder = SentencePieceJson.Decoder(unknown is { } mark ? texts[mark] : "", addsDummyPrefix, removesExtraWhitespaces),
                    Scores = isUnigram ? scores : null,
                },
            };
        }
    }
}
