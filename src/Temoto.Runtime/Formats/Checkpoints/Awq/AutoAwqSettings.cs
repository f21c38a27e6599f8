using System.Text.Json;
using Temoto.Formats.Checkpoints.Quantized;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Awq;

/// <summary>How AutoAWQ lays out the integers of a linear layer [out, in].</summary>
internal enum AutoAwqVersion
{
    /// <summary>qweight [in, out / 8]: a word holds one input of eight outputs.</summary>
    Gemm,

    /// <summary>qweight [out, in / 8]: a word holds eight inputs of one output.</summary>
    Gemv,
}

/// <summary>
/// <c>quantization_config</c> of a checkpoint that AutoAWQ wrote. Unlike the rest of config.json it is read strictly: a key that is not known here could
/// mean that the weights are something else than they seem.
/// </summary>
internal sealed record AutoAwqSettings : QuantizationConfig
{
    public const int Bits = 4;

    /// <summary>More than any model has modules.</summary>
    private const int MaxModules = 1 << 14;

    private const string Next = "use the unquantized checkpoint, or one that AutoAWQ wrote as gemm or gemv";

    /// <summary>AutoAWQ's and transformers' own keys; those not read below only choose kernels.</summary>
    private static readonly string[] KnownKeys =
    [
        "quant_method", "bits", "w_bit", "group_size", "q_group_size", "zero_point", "version", "modules_to_not_convert", "format", "backend", "do_fuse", "fuse_max_seq_len", "modules_to_fuse",
        "exllama_config",
    ];

    public AutoAwqVersion Version { get; init; }

    /// <summary>Inputs that share a scale; null (-1 in the file) where all inputs of a layer do.</summary>
    public required int? GroupSize { get; init; }

    /// <summary>False allows layers without qzeros, whose nibbles then stand for -8 .. 7; stored zero points are taken as they are in either case.</summary>
    public bool ZeroPoint { get; init; } = true;

    /// <summary>Modules whose name contains one of these stay unquantized.</summary>
    public IReadOnlyList<string> ModulesToNotConvert { get; init; } = [];

    public bool Excludes(string module) => ModulesToNotConvert.Any(part => module.Contains(part, StringComparison.Ordinal));

    public override string FormatName => AutoAwqCheckpoint.FormatName;

    public override string Description
    {
        get
        {
            var groups = GroupSize is null ? "a scale per channel" : $"groups of {GroupSize}";
            return $$"""{"method":"awq","weights":"int4, {{groups}}{{(ZeroPoint ? ", zero points" : "")}}","version":"{{VersionName}}"}""";
        }
    }

    private string VersionName => Version == AutoAwqVersion.Gemm ? "gemm" : "gemv";

    public override IReadOnlyDictionary<string, Tensor> Unpack(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, UnreadTensor> unread, List<IDisposable> owned) => AutoAwqCheckpoint.Unpack(path, tensors, unread, this, owned);

    /// <summary>Null where config.json has no <c>quantization_config</c>.</summary>
    public static new AutoAwqSettings? Read(JsonFields config)
    {
        if (config.Object(Key) is not { } fields)
            return null;
        if (fields.String("quant_method") is not { } method || !method.Equals("awq", StringComparison.OrdinalIgnoreCase))
            throw fields.Wrong("quant_method", "awq", Next);
        foreach (var key in fields.Keys)
        {
            if (!KnownKeys.Contains(key) && fields.Has(key))
                throw fields.Wrong(key, $"only {string.Join(", ", KnownKeys)}", Next);
        }
        // "auto" leaves the kernel to the reader; the packing is AutoAWQ's.
        if (fields.String("backend") is not (null or "autoawq" or "auto"))
            throw fields.Wrong("backend", "autoawq", Next);
        var (version, format) = (VersionOf(fields, "version"), VersionOf(fields, "format"));
        if (version is not null && format is not null && version != format)
            throw fields.Wrong("format", "the same layout as version", Next);
        var bitsKey = Present(fields, "bits", "w_bit");
        if (fields.RequiredInt(bitsKey, 1, 64) != Bits)
            throw fields.Wrong(bitsKey, $"{Bits}", Next);
        var groupKey = Present(fields, "group_size", "q_group_size");
        var groupSize = fields.RequiredInt(groupKey, -1, ModelLimits.IntermediateSize);
        if (groupSize == 0)
            throw fields.Wrong(groupKey, "at least 1, or -1 for one group per row");
        return new AutoAwqSettings
        {
            Version = version ?? format ?? AutoAwqVersion.Gemm,
            GroupSize = groupSize == -1 ? null : groupSize,
            ZeroPoint = fields.Bool("zero_point") ?? true,
            ModulesToNotConvert = [.. fields.Strings("modules_to_not_convert", MaxModules).Where(part => part.Length > 0)],
        };
    }

    /// <summary>As AutoAWQ itself writes it into config.json.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject(Key);
        json.WriteString("quant_method", "awq");
        json.WriteNumber("bits", Bits);
        json.WriteNumber("group_size", GroupSize ?? -1);
        json.WriteBoolean("zero_point", ZeroPoint);
        json.WriteString("version", VersionName);
        if (ModulesToNotConvert.Count == 0)
        {
            json.WriteNull("modules_to_not_convert");
        }
        else
        {
            json.WriteStartArray("modules_to_not_convert");
            foreach (var module in ModulesToNotConvert)
                json.WriteStringValue(module);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>"version" is called "format" by newer writers.</summary>
    private static AutoAwqVersion? VersionOf(JsonFields fields, string key) => fields.String(key)?.ToUpperInvariant() switch
    {
        null => null,
        "GEMM" => AutoAwqVersion.Gemm,
        "GEMV" => AutoAwqVersion.Gemv,
        _ => throw fields.Wrong(key, "gemm or gemv", Next),
    };

    /// <summary>AutoAWQ's internal name where only that one is there. Two names with two values would be a contradiction.</summary>
    private static string Present(JsonFields fields, string key, string internalKey)
    {
        if (!fields.Has(internalKey))
            return key;
        if (fields.Has(key) && fields.Int(key, int.MinValue, int.MaxValue) != fields.Int(internalKey, int.MinValue, int.MaxValue))
            throw fields.Wrong(internalKey, $"the same number as {key}");
        return internalKey;
    }
}
