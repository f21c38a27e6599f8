using System.Text;
using System.Text.Json.Nodes;

namespace Temoto.Tests.Generation.Tokenizers;

/// <summary>Small tokenizers trained here, as tokenizer.json documents, so that tests run without any file.</summary>
internal static class TinyTokenizers
{
    public const string Llama3Expression = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string Qwen2Expression = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Alphabet = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    private const string Corpus =
        "The pump is hot and the other pump is hotter. Don't touch the pump; it's 100 or 101 degrees. We've seen that they're hotter than 1000 and the valve isn't. "
        + "the theme of these then there others another mother bother toward forward upward the end in on an and ing ring bring thing nothing 123 456 789 "
        + "漢字かな交じり文の漢字とかなかな 漢字漢字 привет привет мир мир 日本日本語日本語 😀😀 naïve café café é";

    /// <summary>The ids of the special tokens follow the vocabulary.</summary>
    public static JsonObject Llama3()
    {
        var (tokens, merges) = ByteLevel(200);
        tokens.Add("Ġunreachable"); // In the vocabulary, but no merges lead there: ignore_merges takes it whole.
        var json = Document(tokens, merges);
        json["model"]!["ignore_merges"] = true;
        json["pre_tokenizer"] = Sequence("pretokenizers", Split(Llama3Expression), ByteLevelPart(useRegex: false));
        json["decoder"] = ByteLevelPart(useRegex: true);
        var begin = tokens.Count;
        json["added_tokens"] = new JsonArray(Added(begin, "<|begin_of_text|>"), Added(begin + 1, "<|eot_id|>"), Added(begin + 2, "<tool>", special: false));
        json["post_processor"] = Sequence("processors", ByteLevelPart(useRegex: true), Template("<|begin_of_text|>", begin));
        return json;
    }

    public static JsonObject Qwen2()
    {
        var json = Llama3();
        json["model"]!["ignore_merges"] = false;
        json["normalizer"] = new JsonObject { ["type"] = "NFC" };
        json["pre_tokenizer"] = Sequence("pretokenizers", Split(Qwen2Expression), ByteLevelPart(useRegex: false));
        json["post_processor"] = ByteLevelPart(useRegex: true);
        return json;
    }

    /// <summary>SentencePiece as Llama 2 exports it: Prepend and Replace normalizers, byte fallback, merges over whole texts.</summary>
    public static JsonObject Llama2()
    {
        string[] special = ["<unk>", "<s>", "</s>"];
        var tokens = new List<string>([.. special, .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), "\u2581"]);
        var words = Corpus.Split(' ').Select(word => Characters("\u2581" + word)).ToArray();
        tokens.AddRange(words.SelectMany(word => word).Where(character => character != "\u2581").Distinct().Where(character => character != "é"));
        var merges = Train([.. words.Where(word => !word.Contains("é"))], tokens, 200);
        var json = Document(tokens, merges);
        json["model"]!["byte_fallback"] = true;
        json["model"]!["fuse_unk"] = true;
        json["model"]!["unk_token"] = "<unk>";
        json["normalizer"] = Sequence("normalizers", new JsonObject { ["type"] = "Prepend", ["prepend"] = "\u2581" }, SpacesReplaced());
        json["pre_tokenizer"] = null;
        json["post_processor"] = Template("<s>", 1);
        json["decoder"] = Sequence("decoders",
            new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "\u2581" }, ["content"] = " " },
            new JsonObject { ["type"] = "ByteFallback" }, new JsonObject { ["type"] = "Fuse" },
            new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 });
        json["added_tokens"] = new JsonArray([.. special.Select((token, id) => Added(id, token))]);
        return json;
    }

    /// <summary>SentencePiece as newer exports have it: Metaspace instead of the normalizers.</summary>
    public static JsonObject Metaspace(string scheme, bool split)
    {
        var json = Llama2();
        json["normalizer"] = null;
        json["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "\u2581", ["prepend_scheme"] = scheme, ["split"] = split };
        if (scheme == "never")
            json["decoder"]!["decoders"]!.AsArray().RemoveAt(3); // Strip
        return json;
    }

    /// <summary>Byte-level tokens (all 256 bytes first) and merges over the corpus.</summary>
    public static (List<string> Tokens, List<(string Left, string Right)> Merges) ByteLevel(int mergeCount)
    {
        var tokens = Alphabet.Select(c => c.ToString()).Concat(Enumerable.Range(0xA1, 0x100 - 0xA1).Where(c => c != 0xAD).Select(c => ((char)c).ToString()))
            .Concat(Enumerable.Range(0x100, 68).Select(c => ((char)c).ToString())).ToList();
        var words = Corpus.Split(' ').Select(word => Encoding.UTF8.GetBytes(" " + word).Select(ToCharacter).ToList()).ToArray();
        return (tokens, Train(words, tokens, mergeCount));
    }

    public static JsonObject Added(int id, string content, bool special = true) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = special,
    };

    public static JsonObject Split(string expression) => new()
    {
        ["type"] = "Split",
        ["pattern"] = new JsonObject { ["Regex"] = expression },
        ["behavior"] = "Isolated",
        ["invert"] = false,
    };

    public static JsonObject Sequence(string name, params JsonNode[] parts) => new() { ["type"] = "Sequence", [name] = new JsonArray(parts) };

    public static JsonObject ByteLevelPart(bool useRegex) => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = useRegex };

    private static JsonObject SpacesReplaced() => new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = "\u2581" };

    private static JsonObject Template(string token, int id)
    {
        var start = new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = 0 } };
        var text = new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } };
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray(start, text),
            ["pair"] = new JsonArray(start.DeepClone(), text.DeepClone()),
            ["special_tokens"] = new JsonObject { [token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(token) } },
        };
    }

    private static JsonObject Document(List<string> tokens, List<(string Left, string Right)> merges) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray(),
        ["normalizer"] = null,
        ["pre_tokenizer"] = ByteLevelPart(useRegex: true),
        ["post_processor"] = null,
        ["decoder"] = null,
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
            ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)$"{merge.Left} {merge.Right}")]),
        },
    };

    private static List<string> Characters(string word) => [.. word.EnumerateRunes().Select(rune => rune.ToString())];

    private static string ToCharacter(byte value)
    {
        // Printable bytes stand for themselves, the others for U+0100 onwards in their order.
        static bool Printable(int b) => b is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or >= 0xAE;
        return ((char)(Printable(value) ? value : 0x100 + Enumerable.Range(0, value).Count(b => !Printable(b)))).ToString();
    }

    /// <summary>Plain BPE training: merges the most frequent pair (of equals the first in ordinal order) again and again, adding tokens.</summary>
    private static List<(string Left, string Right)> Train(IReadOnlyList<List<string>> words, List<string> tokens, int mergeCount)
    {
        var merges = new List<(string Left, string Right)>();
        while (merges.Count < mergeCount)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair).OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key.First + " " + group.Key.Second, StringComparer.Ordinal).FirstOrDefault()?.Key;
            if (best is not var (left, right))
                break;
            merges.Add((left, right));
            if (!tokens.Contains(left + right))
                tokens.Add(left + right);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] != left || word[i + 1] != right)
                        continue;
                    word[i] += right;
                    word.RemoveAt(i + 1);
                }
            }
        }
        return merges;
    }
}
