using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Temoto.Demo.Corpus.Tokenizer;

/// <summary>Writes and reads tokenizer.json, and writes tokenizer_config.json with the chat template.</summary>
internal static class TokenizerFiles
{
    /// <summary>ChatML: each message between its start and end token, the role on the first line.</summary>
    public const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(BytePairVocabulary vocabulary, string folder)
    {
        var addedTokens = new JsonArray();
        var vocabularyById = new JsonObject();
        for (var id = 0; id < vocabulary.Bytes.Count; id++)
            vocabularyById[vocabulary.Spelling(id)] = id;
        foreach (var (index, token) in SpecialTokens.All.Index())
        {
            addedTokens.Add(new JsonObject
            {
                ["id"] = vocabulary.Bytes.Count + index,
                ["content"] = token,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            });
        }
        var merges = new JsonArray();
        foreach (var (left, right) in vocabulary.Merges)
            merges.Add($"{vocabulary.Spelling(left)} {vocabulary.Spelling(right)}");
        var byteLevel = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = false };
        var split = new JsonObject
        {
            ["type"] = "Split",
            ["pattern"] = new JsonObject { ["Regex"] = PreTokenizer.Pattern },
            ["behavior"] = "Isolated",
            ["invert"] = false,
        };
        Save(Path.Combine(folder, "tokenizer.json"), new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = addedTokens,
            ["normalizer"] = new JsonObject { ["type"] = "NFC" },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(split, byteLevel.DeepClone()) },
            ["post_processor"] = byteLevel.DeepClone(),
            ["decoder"] = byteLevel.DeepClone(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "",
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabularyById,
                ["merges"] = merges,
            },
        });
        Save(Path.Combine(folder, "tokenizer_config.json"), new JsonObject
        {
            ["tokenizer_class"] = "Qwen2Tokenizer",
            ["add_prefix_space"] = false,
            ["add_bos_token"] = false,
            ["bos_token"] = null,
            ["eos_token"] = SpecialTokens.End,
            ["pad_token"] = SpecialTokens.EndOfText,
            ["unk_token"] = null,
            ["additional_special_tokens"] = new JsonArray(SpecialTokens.Start, SpecialTokens.End),
            ["clean_up_tokenization_spaces"] = false,
            ["model_max_length"] = 512,
            ["chat_template"] = ChatTemplate,
        });
    }

    /// <summary>The merges of a tokenizer.json that <see cref="Write"/> wrote.</summary>
    public static BytePairVocabulary Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var model = document.RootElement.GetProperty("model");
        var ids = model.GetProperty("vocab").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetInt32());
        return BytePairVocabulary.FromMerges(model.GetProperty("merges").EnumerateArray().Select(merge =>
        {
            var pair = merge.GetString()!.Split(' ');
            return (ids[pair[0]], ids[pair[1]]);
        }));
    }

    private static void Save(string path, JsonObject content) => File.WriteAllText(path, content.ToJsonString(Indented) + "\n");
}
