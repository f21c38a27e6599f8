using System.Text;
using Temoto.Formats.Files;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>The tokenizer and chat template of a Hugging Face checkpoint directory, whichever files carry them.</summary>
internal static class TokenizerFiles
{
    private const string JsonName = "tokenizer.json";
    private const string TemplateName = "chat_template.jinja";

    /// <summary>Classes of transformers that make the post-processor anew.</summary>
    private static readonly string[] OwnTemplates = ["LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast", "GemmaTokenizer", "GemmaTokenizerFast"];

    /// <summary>tokenizer.json, else vocab.json + merges.txt, else SentencePiece's tokenizer.model; null where the directory holds none.</summary>
    public static TokenizerModel? Read(string directory)
    {
        var json = Path.Combine(directory, JsonName);
        if (File.Exists(json))
            return WithSpecialTokens(TokenizerJson.Read(json), TokenizerConfig.Read(directory));
        var vocab = File.Exists(Path.Combine(directory, VocabMerges.VocabName));
        var merges = File.Exists(Path.Combine(directory, VocabMerges.MergesName));
        if (vocab != merges)
            throw new InputException(
                directory, vocab ? VocabMerges.MergesName : VocabMerges.VocabName, "nothing",
                $"both {VocabMerges.VocabName} and {VocabMerges.MergesName}, or {JsonName}", "fetch the missing file");
        if (vocab)
            return VocabMerges.Read(directory, TokenizerConfig.Read(directory));
        var sentencePiece = Path.Combine(directory, SentencePieceFile.FileName);
        return File.Exists(sentencePiece) ? SentencePieceFile.Read(sentencePiece, TokenizerConfig.Read(directory)) : null;
    }

    /// <summary>The Jinja source of chat_template.jinja, else of tokenizer_config.json; null where neither has one.</summary>
    public static string? ReadChatTemplate(string directory)
    {
        var path = Path.Combine(directory, TemplateName);
        if (File.Exists(path))
        {
            try
            {
                var bytes = JsonFile.ReadText(path, TemplateName, SmallFile.MaxChatTemplateBytes);
                return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.Span);
            }
            catch (DecoderFallbackException)
            {
                throw new InputException(path, null, "bytes that are not UTF-8", "a Jinja template in UTF-8", JsonFile.Damaged);
            }
        }
        path = Path.Combine(directory, TokenizerConfig.FileName);
        return File.Exists(path)
            ? TokenizerConfig.Parse(JsonFile.ReadText(path, TokenizerConfig.FileName, SmallFile.MaxTokenizerConfigBytes), path).ChatTemplate
            : null;
    }

    /// <summary>
    /// What tokenizer.json does not say and tokenizer_config.json does: which tokens begin and end a text, and tokens of <c>added_tokens_decoder</c>. Where its class is one that puts begin
    /// and end around a text itself, as transformers' LlamaTokenizerFast and GemmaTokenizerFast do, <c>add_bos_token</c> and <c>add_eos_token</c> count for more than the post-processor.
    /// </summary>
    internal static TokenizerModel WithSpecialTokens(TokenizerModel model, TokenizerConfig config)
    {
        var vocabulary = Vocabulary.From(model.Tokens);
        model = model with
        {
            AddedTokens = WithMore(model.AddedTokens, config.AddedTokens, vocabulary),
            BosTokenId = Find(config.BosToken),
            EosTokenIds = Find(config.EosToken) is { } eos ? [eos] : [],
        };
        if (config.TokenizerClass is not { } name || !OwnTemplates.Contains(name) || (config.AddBosToken is null && !config.AddEosToken))
            return model;
        IReadOnlyList<int> prefix = (config.AddBosToken ?? true) && model.BosTokenId is { } first ? [first] : [];
        IReadOnlyList<int> suffix = config.AddEosToken ? model.EosTokenIds : [];
        return model with { Prefix = prefix, Suffix = suffix, Pipeline = model.Pipeline is { } pipeline ? pipeline with { PostProcessor = TemplateJson.Of(prefix, suffix) } : null };

        int? Find(string? token) => token is not null && vocabulary.TryGetId(token, out var id) ? id : null;
    }

    /// <summary>Tokens that the list has not, under ids that are free.</summary>
    private static IReadOnlyList<AddedToken> WithMore(IReadOnlyList<AddedToken> tokens, IReadOnlyList<AddedToken> more, Vocabulary vocabulary)
    {
        var known = tokens.Select(token => token.Content).ToHashSet();
        var ids = tokens.Select(token => token.Id).ToHashSet();
        var missing = more.Where(token => !known.Contains(token.Content) && !ids.Contains(token.Id) && (token.Id >= vocabulary.Count || vocabulary[token.Id] is not { } text || text == token.Content)).ToList();
        return missing.Count == 0 ? tokens : [.. tokens, .. missing];
    }
}
