using System.Text.Json.Nodes;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>
/// Pre-tokenizers that GGUF files name (<c>tokenizer.ggml.pre</c>) and that have no splitter of their own: expressions, one after the other, of which each cuts at its matches what the one
/// before has left. The names and what they mean are llama.cpp's; where it writes an expression another way, the model's own tokenizer.json counts.
/// </summary>
internal static class GgufPreTokenizers
{
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string Words = @" ?[^(\s|.,!?…。，、।۔،)]+";

    private const string LowerEnd = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", UpperStart = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";

    private const string Rest = @" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly (string Names, string[] Expressions)[] Known =
    [
        ("smollm|starcoder|refact|command-r|codeshell|exaone|minerva-7b", [@"\p{N}", Gpt2]),
        ("falcon", [@"[\p{P}\$\+<=>\^~\|`]+", Gpt2, "[0-9][0-9][0-9]"]),
        ("bloom|poro-chat|gpt3-finnish", [Words]),
        ("viking", [Words, @"\p{N}"]),
        ("deepseek-coder", [@"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", "[一-龥ࠀ-一가-\uD7FF]+", @"\p{N}"]),
        ("deepseek-v3|hunyuan-dense",
        [
            @"\p{N}{1,3}",
            "[一-龥\u3040-ゟ゠-ヿ]+",
            @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ]),
        ("gpt-4o|llama4|kanana2",
        [
            $@"[^\r\n\p{{L}}\p{{N}}]?{UpperStart}*{LowerEnd}+{Contractions}|[^\r\n\p{{L}}\p{{N}}]?{UpperStart}+{LowerEnd}*{Contractions}|\p{{N}}{{1,3}}|{Rest}",
        ]),
        ("tekken", [$@"[^\r\n\p{{L}}\p{{N}}]?{UpperStart}*{LowerEnd}+|[^\r\n\p{{L}}\p{{N}}]?{UpperStart}+{LowerEnd}*|\p{{N}}|{Rest}"]),
        ("bailingmoe|bailing", [@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"]),
    ];

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => Known.SelectMany(item => item.Names.Split('|'));

    /// <summary>Whole words that are tokens are taken without merging.</summary>
    public static bool IgnoresMerges(string name) => name is "tekken";

    /// <summary>As a tokenizer.json's <c>pre_tokenizer</c>; null where the name is not known.</summary>
    public static string? Find(string name)
    {
        foreach (var (names, expressions) in Known)
        {
            if (names.Split('|').Contains(name))
                return Sequence(expressions);
        }
        return null;
    }

    private static string Sequence(string[] expressions)
    {
        var parts = new JsonArray([.. expressions.Select(expression => (JsonNode)new JsonObject
        {
            ["type"] = "Split",
            ["pattern"] = new JsonObject { ["Regex"] = expression },
            ["behavior"] = "Isolated",
            ["invert"] = false,
        })]);
        parts.Add((JsonNode)new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false });
        return new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = parts }.ToJsonString();
    }
}
