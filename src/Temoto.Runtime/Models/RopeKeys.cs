using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Models;

/// <summary>The keys that say how positions are turned into angles, in config.json and in GGUF files.</summary>
internal static class RopeKeys
{
    private const string OtherPositions = "use a checkpoint with one of these position encodings";
    private const string WholeHeads = "use a checkpoint whose whole heads are rotated";

    /// <param name="defaultTheta">Of configurations without rope_theta.</param>
    public static (double Theta, RopeScaling? Scaling) Read(JsonFields root, double defaultTheta)
    {
        // Newer files hold rope_theta and the scaling together in rope_parameters.
        var key = root.Has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        if (root.Has("rope_parameters") && root.Has("rope_scaling"))
            throw root.Wrong("rope_scaling", "either rope_parameters or rope_scaling", "remove one of them");
        if ((root.Number("partial_rotary_factor", 0, 1) ?? 1) != 1)
            throw root.Wrong("partial_rotary_factor", "1", WholeHeads);
        var theta = root.Number("rope_theta", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta);
        if (root.Object(key) is not { } rope)
            return (theta ?? defaultTheta, null);
        theta = rope.Number("rope_theta", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta) ?? theta ?? defaultTheta;
        if ((rope.Number("partial_rotary_factor", 0, 1) ?? 1) != 1)
            throw rope.Wrong("partial_rotary_factor", "1", WholeHeads);
        var typeKey = rope.Has("rope_type") ? "rope_type" : "type";
        return (theta.Value, rope.String(typeKey) switch
        {
            "default" => null,
            null when key == "rope_parameters" && rope.Has("rope_theta") => null,
            "linear" => new RopeScaling("linear", rope.RequiredNumber("factor", 1, 1e6), 1, 1, 0),
            "llama3" => Llama3(rope),
            _ => throw rope.Wrong(typeKey, "default, linear or llama3", OtherPositions),
        });
    }

    public static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("rope_theta", config.RopeTheta);
        if (config.RopeScaling is not { } scaling)
        {
            json.WriteNull("rope_scaling");
            return;
        }
        json.WriteStartObject("rope_scaling");
        json.WriteString("rope_type", scaling.RopeType);
        json.WriteNumber("factor", scaling.Factor);
        if (scaling.RopeType == "llama3")
        {
            json.WriteNumber("low_freq_factor", scaling.LowFreqFactor);
            json.WriteNumber("high_freq_factor", scaling.HighFreqFactor);
            json.WriteNumber("original_max_position_embeddings", scaling.OriginalMaxPositionEmbeddings);
        }
        json.WriteEndObject();
    }

    public static RopeScaling? ReadGguf(IConfigFields metadata)
    {
        // Before scaling had a type, a linear factor stood alone.
        var oldFactor = metadata.Number("rope.scale_linear", 1, 1e6);
        return metadata.String("rope.scaling.type") switch
        {
            null when oldFactor is > 1 => new RopeScaling("linear", oldFactor.Value, 1, 1, 0),
            null or "none" => null,
            "linear" => new RopeScaling("linear", metadata.Number("rope.scaling.factor", 1, 1e6) ?? 1, 1, 1, 0),
            _ => throw metadata.Wrong("rope.scaling.type", "none or linear", OtherPositions),
        };
    }

    /// <summary>rope_freqs.weight, [headDim / 2] F32; null where the file has none.</summary>
    public static unsafe float[]? ReadGgufFactors(string path, IReadOnlyDictionary<string, Tensor> tensors, int headDim)
    {
        if (!tensors.TryGetValue(GgufArchitecture.RopeFrequencies, out var tensor))
            return null;
        if (tensor.DType != DType.F32 || tensor.ElementCount != headDim / 2)
            throw Bad($"{tensor.DType} [{string.Join(", ", tensor.Shape)}]", $"F32 [{headDim / 2}]");
        var factors = new float[headDim / 2];
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
        return new RopeScaling("llama3", rope.RequiredNumber("factor", 1, 1e6), low, high, rope.RequiredInt("original_max_position_embeddings", 1, ModelLimits.Positions));
    }
}
