using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Tests.Generation.Tools;

/// <summary>
/// A model that says what a test wants, through the whole path: each piece of a text is a token of its own, embeddings are one-hot, layers add nothing, and the head leads from each token to the
/// next. A text begins behind the last token of the prompt.
/// </summary>
internal static class ScriptedModel
{
    private const int Vocab = 512;

    /// <summary>Behind the bytes and the control tokens, without a gap.</summary>
    private const int FirstPiece = SeededTokenizer.SmallestVocabSize;

    /// <summary>A conversation as Qwen writes it, with thoughts and calls in the manner of Hermes.</summary>
    public const string HermesTemplate = """
        {%- if tools %}<|im_start|>system
        <tools>{% for tool in tools %}{{ tool | tojson }}{% endfor %}</tools> <tool_call></tool_call><|im_end|>
        {% endif %}
        {%- for m in messages %}<|im_start|>{{ m.role }} {{ m.name }} {{ m.tool_call_id }}
        {{ m.reasoning_content }}{{ m.content }}{% for c in m.tool_calls or [] %}[{{ c.id }} {{ c.function.name }} {{ c.function.arguments | tojson }}]{% endfor %}<|im_end|>
        {% endfor %}
        {%- if add_generation_prompt %}<|im_start|>assistant
        {% if enable_thinking is defined and not enable_thinking %}<think>-</think>.{% endif %}{% endif %}
        """;

    /// <summary>Behind a prompt: thoughts, a text, two calls. Behind one without thoughts: a text. Behind the beginning of a call: the rest of it.</summary>
    public static readonly (char Last, string[] Pieces)[] HermesScript =
    [
        ('\n', ["<think>", "\nThey want", " the weather.", "\n</th", "ink>", "\n\n", "Let me", " look.", "\n<tool", "_call>\n", "{\"name\":\"get_we", "ather\",\"arguments\":", " {\"city\": \"Par", "is\"}", "}\n</tool_call>", "\n<tool_call>\n{\"name\": \"get_time\", \"argu", "ments\": {}}\n</tool_", "call>"]),
        ('.', ["The sun", " shines."]),
        (':', [" {\"city\": ", "\"Oslo\"}}", "</tool_call> "]),
        ('"', ["get_time\"", ", \"arguments\"", ": {} }", " </tool_call>"]),
    ];

    /// <summary>The same, but the prompt ends with the last message, be it what a tool gave: the model goes on from there.</summary>
    public static readonly string LoopTemplate = HermesTemplate.Replace(
        "{% if enable_thinking is defined and not enable_thinking %}<think>-</think>.{% endif %}",
        "{{ messages[-1].content }}",
        StringComparison.Ordinal);

    /// <summary>Behind ".": a text and a call. Behind "#": the call alone. Behind "?": another call. Behind "!": a text. Behind ";": an object.</summary>
    public static readonly (char Last, string[] Pieces)[] LoopScript =
    [
        ('#', ["\n<tool", "_call>\n{\"name\": ", "\"get_city\", \"arg", "uments\": {}}", "\n</tool_", "call>"]),
        (';', ["{\"sky\"", ":\"clear\"}"]),
        ('.', ["Let me", " see.", "\n<tool_call>\n", "{\"name\": \"get_city\",", " \"arguments\": {}}", "\n</tool_call>"]),
        ('?', ["<tool_call>{\"name\": \"get_wea", "ther\", \"arguments\": {\"city\": \"Par", "is\"}}</tool", "_call>"]),
        ('!', ["The sun", " shines."]),
    ];

    /// <param name="chains">What the model says behind a prompt that ends with a character; pieces must differ.</param>
    /// <param name="special">Pieces that are special tokens.</param>
    public static string Write(string folder, string template, (char Last, string[] Pieces)[] chains, params string[] special)
    {
        var config = ModelShapes.Get("tiny-llama") with { HiddenSize = Vocab, VocabSize = Vocab, NumHiddenLayers = 1, NumAttentionHeads = 4, NumKeyValueHeads = 4, HeadDim = 16, IntermediateSize = 32, MaxPositionEmbeddings = 4096, RopeScaling = null };
        SeededCheckpoint.Write(config, 1, folder, DType.F32, null, default);
        var pieces = chains.SelectMany(chain => chain.Pieces).Concat(special).Distinct().ToList();
        var ids = pieces.Select((piece, i) => (piece, Id: FirstPiece + i)).ToDictionary(item => item.piece, item => item.Id);
        Assert.Equal(chains.Sum(chain => chain.Pieces.Length), chains.SelectMany(chain => chain.Pieces).Distinct().Count());
        var next = new int[Vocab];
        Array.Fill(next, SeededTokenizer.TurnEnd);
        foreach (var (last, text) in chains)
        {
            var from = (int)last;
            foreach (var piece in text)
                from = next[from] = ids[piece];
        }
        WriteTokenizer(folder, template, ids, special);
        WriteWeights(config, folder, next);
        return folder;
    }

    private static void WriteTokenizer(string folder, string template, Dictionary<string, int> ids, string[] special)
    {
        // Without the words of seeded models: the ids behind the bytes are the pieces'.
        SeededTokenizer.Write(folder, SeededTokenizer.SmallestVocabSize);
        var path = Path.Combine(folder, "tokenizer.json");
        var tokenizer = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var (piece, id) in ids)
        {
            var token = tokenizer["added_tokens"]![0]!.DeepClone();
            (token["id"], token["content"], token["special"]) = (id, piece, special.Contains(piece));
            tokenizer["added_tokens"]!.AsArray().Add(token);
        }
        File.WriteAllText(path, tokenizer.ToJsonString());
        var configPath = Path.Combine(folder, "tokenizer_config.json");
        var config = JsonNode.Parse(File.ReadAllText(configPath))!;
        config["chat_template"] = template;
        File.WriteAllText(configPath, config.ToJsonString());
    }

    private static void WriteWeights(ModelConfig config, string folder, int[] next)
    {
        TensorEntry[] entries = [.. ModelTypes.Of(config).FileTensors(config).Select(tensor => new TensorEntry(tensor.Name, DType.F32, [.. tensor.Shape]))];
        using var writer = new SafetensorsWriter(Path.Combine(folder, HuggingFaceDirectory.WeightsFileName), entries);
        foreach (var entry in entries)
        {
            var values = new float[entry.ByteLength / sizeof(float)];
            if (entry.Shape.Length == 1)
                Array.Fill(values, 1);
            else if (entry.Name.Contains("embed_tokens", StringComparison.Ordinal))
                Enumerable.Range(0, Vocab).ToList().ForEach(id => values[id * Vocab + id] = 1);
            else if (entry.Name.Contains("lm_head", StringComparison.Ordinal))
                Enumerable.Range(0, Vocab).ToList().ForEach(id => values[next[id] * Vocab + id] = 1);
            writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
        writer.Commit();
    }
}
