using System.Text;
using Temoto.Formats.Files;
using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>The tokenizer and chat template of a Hugging Face checkpoint directory, whichever files carry them.</summary>
internal static class TokenizerFiles
{
    private const string JsonName = "tokenizer.json";
    private const string TemplateName = "chat_template.jinja";

    /// <summary>Prefers tokenizer.json to vocab.json + merges.txt; null where the directory holds neither.</summary>
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
        return vocab ? VocabMerges.Read(directory, TokenizerConfig.Read(directory)) : null;
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

    /// <summary>tokenizer.json does not say which tokens begin and end a text; tokenizer_config.json does.</summary>
    internal static TokenizerModel WithSpecialTokens(TokenizerModel model, TokenizerConfig config)
    {
        var vocabulary = Vocabulary.From(model.Tokens);
        int? Find(string? token) => token is not null && vocabulary.TryGetId(token, out var id) ? id : null;

        return model with
        {
            BosTokenId = Find(config.BosToken),
            EosTokenIds = Find(config.EosToken) is { } eos ? [eos] : [],
        };
    }
}
