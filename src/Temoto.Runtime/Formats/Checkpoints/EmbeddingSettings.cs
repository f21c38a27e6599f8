using System.Buffers;
using System.Text;
using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// How the vectors of a text's tokens become one: what sentence-transformers writes beside a model in modules.json and the files that it names. In a .temoto file it is one JSON object.
/// </summary>
internal sealed record EmbeddingSettings
{
    public const string ModulesName = "modules.json";

    private const long MaxBytes = 1 << 20;
    private const int MostModules = 64;
    private const int LongestPrompt = 1 << 14;
    private const string Next = "use a model whose modules are Transformer, Pooling and Normalize";

    /// <summary>Keys of a pooling's config.json, in the order of <see cref="EmbeddingPooling"/>.</summary>
    private static readonly string[] PoolingKeys =
        ["pooling_mode_mean_tokens", "pooling_mode_cls_token", "pooling_mode_lasttoken", "pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens"];

    /// <summary>The same as newer files and .temoto files name them.</summary>
    private static readonly string[] PoolingNames = ["mean", "cls", "lasttoken", "max", "mean_sqrt_len_tokens"];

    public EmbeddingPooling Pooling { get; init; }

    /// <summary>Vectors are divided by their length.</summary>
    public bool Normalizes { get; init; }

    /// <summary>Longer texts are cut; null where only the model's positions limit them.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Put in front of texts that are looked for.</summary>
    public string QueryPrompt { get; init; } = "";

    /// <summary>Put in front of texts among which is looked.</summary>
    public string PassagePrompt { get; init; } = "";

    /// <summary>What the directory of a model says; null where it holds none of these files.</summary>
    public static EmbeddingSettings? Read(string directory)
    {
        var path = Path.Combine(directory, ModulesName);
        if (!File.Exists(path))
            return null;
        const string expected = "the list of a sentence-transformers model's modules";
        // A list; the reader of all JSON files takes objects.
        using var json = JsonFile.Parse((byte[])[.. "{\"modules\":"u8, .. JsonFile.ReadText(path, expected, MaxBytes).Span, .. "}"u8], path, expected);
        var settings = new EmbeddingSettings();
        foreach (var module in json.Root.Objects("modules", MostModules))
        {
            var type = module.RequiredString("type");
            settings = type[(type.LastIndexOf('.') + 1)..] switch
            {
                "Transformer" => settings,
                "Normalize" => settings with { Normalizes = true },
                "Pooling" => settings with { Pooling = ReadPooling(directory, module) },
                _ => throw module.Wrong("type", "Transformer, Pooling or Normalize", Next),
            };
        }
        return ReadPrompts(directory, ReadLength(directory, settings));
    }

    private static EmbeddingPooling ReadPooling(string directory, JsonFields module)
    {
        var folder = module.String("path") ?? "";
        if (folder.Contains("..", StringComparison.Ordinal) || Path.IsPathRooted(folder))
            throw module.Wrong("path", "a folder beside the file");
        using var json = JsonFile.Open(Path.Combine(directory, folder, HuggingFaceConfig.FileName), "the settings of a pooling", MaxBytes);
        if (json.Root.String("pooling_mode") is { } name)
            return Named(json.Root, "pooling_mode", name);
        var chosen = PoolingKeys.Index().Where(key => json.Root.Bool(key.Item) ?? false).ToList();
        return chosen is [var only]
            ? (EmbeddingPooling)only.Index
            : throw json.Root.Wrong(chosen.Count == 0 ? PoolingKeys[0] : chosen[1].Item, $"one of {string.Join(", ", PoolingKeys)} true", Next);
    }

    private static EmbeddingPooling Named(JsonFields fields, string key, string name) =>
        Array.IndexOf(PoolingNames, name) is >= 0 and var index ? (EmbeddingPooling)index : throw fields.Wrong(key, string.Join(", ", PoolingNames), Next);

    private static EmbeddingSettings ReadLength(string directory, EmbeddingSettings settings)
    {
        var path = Path.Combine(directory, "sentence_bert_config.json");
        if (!File.Exists(path))
            return settings;
        using var json = JsonFile.Open(path, "the settings of a sentence-transformers model", MaxBytes);
        return settings with { MaxTokens = json.Root.Int("max_seq_length", 1, ModelLimits.Positions) };
    }

    private static EmbeddingSettings ReadPrompts(string directory, EmbeddingSettings settings)
    {
        var path = Path.Combine(directory, "config_sentence_transformers.json");
        if (!File.Exists(path))
            return settings;
        using var json = JsonFile.Open(path, "the prompts of a sentence-transformers model", MaxBytes);
        return json.Root.Object("prompts") is not { } prompts ? settings : settings with
        {
            QueryPrompt = Prompt(prompts, "query"),
            PassagePrompt = prompts.Has("document") ? Prompt(prompts, "document") : Prompt(prompts, "passage"),
        };
    }

    private static string Prompt(JsonFields fields, string key)
    {
        var text = fields.String(key) ?? "";
        return text.Length <= LongestPrompt ? text : throw fields.Wrong(key, $"at most {LongestPrompt} characters");
    }

    /// <summary>The text in a .temoto file.</summary>
    public string Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("pooling_mode", PoolingNames[(int)Pooling]);
            json.WriteBoolean("normalize", Normalizes);
            if (MaxTokens is { } most)
                json.WriteNumber("max_seq_length", most);
            json.WriteString("query", QueryPrompt);
            json.WriteString("passage", PassagePrompt);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static EmbeddingSettings Parse(ReadOnlyMemory<byte> text, string sourceName)
    {
        using var json = JsonFile.Parse(text, sourceName, "how vectors become one");
        var root = json.Root;
        return new EmbeddingSettings
        {
            Pooling = Named(root, "pooling_mode", root.RequiredString("pooling_mode")),
            Normalizes = root.Bool("normalize") ?? false,
            MaxTokens = root.Int("max_seq_length", 1, ModelLimits.Positions),
            QueryPrompt = Prompt(root, "query"),
            PassagePrompt = Prompt(root, "passage"),
        };
    }
}
