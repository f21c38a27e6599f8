using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Kernels;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models;

/// <summary>The keys that say how positions are turned into angles, in config.json and in GGUF files.</summary>
internal static class RopeKeys
{
    private const string OtherPositions = "use a checkpoint with one of these position encodings";
    private const string Parameters = "rope_parameters";
    private const string Scaling = "rope_scaling";
    private const string FullLayers = "full_attention";
    private const string SlidingLayers = "sliding_attention";
    private const string PartialFactor = "partial_rotary_factor";

    /// <summary>The config with what its file says of rotary positions.</summary>
    /// <param name="defaultTheta">Of configurations without rope_theta.</param>
    /// <param name="defaultPart">The part of a head that is turned, of configurations that do not say.</param>
    public static ModelConfig Read(JsonFields root, ModelConfig config, double defaultTheta, double defaultPart = 1)
    {
        // Newer files hold rope_theta and the scaling together in rope_parameters.
        if (root.Has(Parameters) && root.Has(Scaling))
            throw root.Wrong(Scaling, "either rope_parameters or rope_scaling", "remove one of them");
        var theta = Theta(root) ?? defaultTheta;
        var part = root.Number(PartialFactor, 0, 1) ?? root.Number("rotary_pct", 0, 1);
        config = config with { RopeTheta = theta, RotaryDim = Columns(root, config.HeadDim, part ?? defaultPart) };
        return ObjectOf(root) is not { } rope ? config : ReadObject(root, rope.Object(FullLayers) ?? rope, config, root.Has(Parameters));
    }

    /// <summary>What says how positions are scaled; null where nothing does.</summary>
    public static JsonFields? ObjectOf(JsonFields root) => root.Object(root.Has(Parameters) ? Parameters : Scaling);

    /// <summary>The theta of layers whose attention slides: a key of its own, or one of two objects in rope_parameters.</summary>
    public static double ReadLocalTheta(JsonFields root, string key, double whereMissing) =>
        (root.Object(Parameters)?.Object(SlidingLayers) is { } local ? Theta(local) : root.Number(key, ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta)) ?? whereMissing;

    /// <summary>rope_theta, wherever it stands.</summary>
    public static double ReadTheta(JsonFields root, double whereMissing) => (root.Object(Parameters) is { } rope ? Theta(rope) : null) ?? Theta(root) ?? whereMissing;

    /// <summary>A theta under another key.</summary>
    public static double ThetaOr(JsonFields root, string key, double whereMissing) => root.Number(key, ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta) ?? whereMissing;

    private static double? Theta(JsonFields fields) => fields.Number("rope_theta", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta);

    /// <param name="isNew">rope_parameters, in which rope_theta may stand alone.</param>
    private static ModelConfig ReadObject(JsonFields root, JsonFields rope, ModelConfig config, bool isNew)
    {
        config = config with { RopeTheta = Theta(rope) ?? config.RopeTheta };
        if (rope.Number(PartialFactor, 0, 1) is { } part)
            config = config with { RotaryDim = Columns(rope, config.HeadDim, part) };
        var typeKey = rope.Has("rope_type") ? "rope_type" : "type";
        return rope.String(typeKey) switch
        {
            "default" => config,
            null when isNew && rope.Has("rope_theta") => config,
            RopeScaling.Linear => config with { RopeScaling = new RopeScaling(RopeScaling.Linear, Factor(rope), 1, 1, 0) },
            RopeScaling.Llama3 => config with { RopeScaling = Llama3(rope) },
            RopeScaling.Dynamic => Dynamic(rope, config),
            RopeScaling.Yarn => config with { RopeScaling = Yarn(root, rope, config) },
            // The name of its first files.
            RopeScaling.LongRope or "su" => config with { RopeScaling = LongRope(root, rope, config) },
            _ => throw rope.Wrong(typeKey, $"default, {RopeScaling.Linear}, {RopeScaling.Llama3}, {RopeScaling.Dynamic}, {RopeScaling.Yarn} or {RopeScaling.LongRope}", OtherPositions),
        };
    }

    /// <summary>Columns that are turned; null for the whole head.</summary>
    private static int? Columns(JsonFields fields, int headDim, double part)
    {
        if (part == 1)
            return null;
        var columns = (int)(headDim * part);
        return columns > 0 && columns % 2 == 0 ? columns : throw fields.Wrong(PartialFactor, $"1, or a part of the {headDim} columns of a head that is an even number of them");
    }

    private static double Factor(JsonFields rope) => rope.RequiredNumber("factor", 1, 1e6);

    /// <summary>Texts may be as many times as long as the factor says.</summary>
    private static ModelConfig Dynamic(JsonFields rope, ModelConfig config)
    {
        var factor = Factor(rope);
        if ((config.RotaryDim ?? config.HeadDim) == 2)
            throw rope.Wrong("rope_type", "a scaling that two columns can have", OtherPositions);
        return config with
        {
            RopeScaling = new RopeScaling(RopeScaling.Dynamic, factor, 1, 1, config.MaxPositionEmbeddings),
            MaxPositionEmbeddings = (int)Math.Min(ModelLimits.Positions, config.MaxPositionEmbeddings * factor),
        };
    }

    private static RopeScaling Yarn(JsonFields root, JsonFields rope, ModelConfig config)
    {
        foreach (var key in new[] { "mscale", "mscale_all_dim" })
        {
            if (rope.Has(key))
                throw rope.Wrong(key, "no such key", OtherPositions);
        }
        var scaling = new RopeScaling(RopeScaling.Yarn, Factor(rope), 1, 1, Original(root, rope, config))
        {
            BetaFast = rope.Number("beta_fast", 1e-3, 1e6) ?? 32,
            BetaSlow = rope.Number("beta_slow", 1e-3, 1e6) ?? 1,
            Truncate = rope.Bool("truncate") ?? true,
            AttentionFactor = rope.Number("attention_factor", 1e-3, 1e3),
        };
        return config.RopeTheta > 1 ? scaling : throw rope.Wrong("rope_theta", "more than 1");
    }

    /// <summary>transformers works the factor out where it is not given: how many times the original context the positions are.</summary>
    private static RopeScaling LongRope(JsonFields root, JsonFields rope, ModelConfig config)
    {
        var pairs = (config.RotaryDim ?? config.HeadDim) / 2;
        var original = Original(root, rope, config);
        if (original < 2)
            throw rope.Wrong("original_max_position_embeddings", "at least 2");
        return new RopeScaling(RopeScaling.LongRope, rope.Number("factor", 1e-3, 1e6) ?? (double)config.MaxPositionEmbeddings / original, 1, 1, original)
        {
            AttentionFactor = rope.Number("attention_factor", 1e-3, 1e3),
            ShortFactors = [.. rope.Numbers("short_factor", 1e-6, 1e6, pairs)],
            LongFactors = [.. rope.Numbers("long_factor", 1e-6, 1e6, pairs)],
        };
    }

    private static int Original(JsonFields root, JsonFields rope, ModelConfig config) =>
        (root.Has("original_max_position_embeddings") ? root : rope).Int("original_max_position_embeddings", 1, ModelLimits.Positions) ?? config.MaxPositionEmbeddings;

    /// <summary>max_position_embeddings and what is turned, as <see cref="Read"/> reads them.</summary>
    public static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("max_position_embeddings", config.RopeScaling is { RopeType: RopeScaling.Dynamic } dynamic ? dynamic.OriginalMaxPositionEmbeddings : config.MaxPositionEmbeddings);
        json.WriteNumber("rope_theta", config.RopeTheta);
        if (config.RotaryDim is { } columns)
            json.WriteNumber(PartialFactor, (double)columns / config.HeadDim);
        if (config.RopeScaling is not { } scaling)
        {
            json.WriteNull(Scaling);
            return;
        }
        json.WriteStartObject(Scaling);
        json.WriteString("rope_type", scaling.RopeType);
        json.WriteNumber("factor", scaling.Factor);
        if (scaling.RopeType is not (RopeScaling.Linear or RopeScaling.Dynamic))
            json.WriteNumber("original_max_position_embeddings", scaling.OriginalMaxPositionEmbeddings);
        WriteOwn(json, scaling);
        json.WriteEndObject();
    }

    private static void WriteOwn(Utf8JsonWriter json, RopeScaling scaling)
    {
        if (scaling.AttentionFactor is { } attention)
            json.WriteNumber("attention_factor", attention);
        switch (scaling.RopeType)
        {
            case RopeScaling.Llama3:
                json.WriteNumber("low_freq_factor", scaling.LowFreqFactor);
                json.WriteNumber("high_freq_factor", scaling.HighFreqFactor);
                break;
            case RopeScaling.Yarn:
                json.WriteNumber("beta_fast", scaling.BetaFast);
                json.WriteNumber("beta_slow", scaling.BetaSlow);
                json.WriteBoolean("truncate", scaling.Truncate);
                break;
            case RopeScaling.LongRope:
                WriteNumbers(json, "short_factor", scaling.ShortFactors);
                WriteNumbers(json, "long_factor", scaling.LongFactors);
                break;
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, Items<double> numbers)
    {
        json.WriteStartArray(key);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    /// <param name="theta">Of the same file.</param>
    public static RopeScaling? ReadGguf(IConfigFields metadata, int contextLength, double theta)
    {
        // Before scaling had a type, a linear factor stood alone.
        var oldFactor = metadata.Number("rope.scale_linear", 1, 1e6);
        return metadata.String("rope.scaling.type") switch
        {
            null when oldFactor is > 1 => new RopeScaling(RopeScaling.Linear, oldFactor.Value, 1, 1, 0),
            null or "none" => null,
            RopeScaling.Linear => new RopeScaling(RopeScaling.Linear, metadata.Number("rope.scaling.factor", 1, 1e6) ?? 1, 1, 1, 0),
            RopeScaling.Yarn => ReadGgufYarn(metadata, contextLength, theta),
            _ => throw metadata.Wrong("rope.scaling.type", $"none, {RopeScaling.Linear} or {RopeScaling.Yarn}", OtherPositions),
        };
    }

    private static RopeScaling ReadGgufYarn(IConfigFields metadata, int contextLength, double theta)
    {
        if (theta <= 1)
            throw metadata.Wrong("rope.freq_base", "more than 1");
        if (metadata.Number("rope.scaling.attn_factor", 0, double.MaxValue) is { } factor && factor != 1)
            throw metadata.Wrong("rope.scaling.attn_factor", "1: what the scaling gives by itself", OtherPositions);
        return new RopeScaling(RopeScaling.Yarn, metadata.Number("rope.scaling.factor", 1, 1e6) ?? 1, 1, 1, metadata.Int("rope.scaling.original_context_length", 1, ModelLimits.Positions) ?? contextLength)
        {
            BetaFast = metadata.Number("rope.scaling.yarn_beta_fast", 1e-3, 1e6) ?? 32,
            BetaSlow = metadata.Number("rope.scaling.yarn_beta_slow", 1e-3, 1e6) ?? 1,
        };
    }

    /// <summary>As <see cref="ReadGguf"/> reads it; llama3 has no words, its files have a table.</summary>
    public static IEnumerable<(string Key, object Value)> WriteGguf(RopeScaling? scaling) => scaling?.RopeType switch
    {
        RopeScaling.Linear => [("rope.scaling.type", RopeScaling.Linear), ("rope.scaling.factor", (float)scaling.Factor)],
        RopeScaling.Yarn =>
        [
            ("rope.scaling.type", RopeScaling.Yarn),
            ("rope.scaling.factor", (float)scaling.Factor),
            ("rope.scaling.original_context_length", (uint)scaling.OriginalMaxPositionEmbeddings),
            ("rope.scaling.yarn_beta_fast", (float)scaling.BetaFast),
            ("rope.scaling.yarn_beta_slow", (float)scaling.BetaSlow),
        ],
        _ => [],
    };

    /// <summary>What GGUF has no word for in a scaling; null where it can say everything.</summary>
    public static string? UnsayableInGguf(RopeScaling? scaling) => scaling?.RopeType switch
    {
        null or RopeScaling.Linear or RopeScaling.Llama3 => null,
        RopeScaling.Yarn => scaling.Truncate && scaling.AttentionFactor is null ? null : "rotary positions of type yarn with an attention_factor, or not truncated",
        var type => $"rotary positions of type {type}",
    };

    /// <summary>Factors of the pairs, [pairs] F32; null where the file has no such tensor.</summary>
    public static unsafe float[]? ReadGgufFactors(string path, IReadOnlyDictionary<string, Tensor> tensors, string name, int pairs)
    {
        if (!tensors.TryGetValue(name, out var tensor))
            return null;
        if (tensor.DType != DType.F32 || tensor.ElementCount != pairs)
            throw Bad($"{tensor.DType} [{string.Join(", ", tensor.Shape)}]", $"F32 [{pairs}]");
        var factors = new float[pairs];
        fixed (float* destination = factors)
            BlockDecoder.DecodeRow(tensor.DType, tensor.Data, destination, factors.Length);
        foreach (var factor in factors)
        {
            if (!(factor > 0 && float.IsFinite(factor)))
                throw Bad($"{factor}", "positive factors");
        }
        return factors;

        InputException Bad(string found, string expected) => new(path, tensor.Name, found, expected, "download or convert the model again");
    }

    private static RopeScaling Llama3(JsonFields rope)
    {
        var low = rope.RequiredNumber("low_freq_factor", 1e-6, 1e6);
        var high = rope.RequiredNumber("high_freq_factor", 1e-6, 1e6);
        if (high <= low)
            throw rope.Wrong("high_freq_factor", $"more than the low_freq_factor of {low}");
        return new RopeScaling(RopeScaling.Llama3, rope.RequiredNumber("factor", 1, 1e6), low, high, rope.RequiredInt("original_max_position_embeddings", 1, ModelLimits.Positions));
    }
}
