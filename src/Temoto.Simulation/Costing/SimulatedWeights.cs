using Temoto.Formats.Config;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>Weights of a shape that are nothing but their description: what a plan needs to know, without a byte behind it.</summary>
internal static class SimulatedWeights
{
    private const int MacroGroup = 64;

    /// <summary>
    /// Formats by name, with what they are: "int8" has one scale for a matrix (SmoothQuant W8A8), "int4" groups of 64 with FP16 scales, "awq" the same with zero points in the macros of
    /// SUTD (arXiv 2504.17376): 8 zero points of 4 bits and 12 bytes of padding, 8 scales, 64 x 8 weights, 288 bytes.
    /// </summary>
    public static IReadOnlyList<(string Name, string Description)> Types { get; } =
    [
        ("f32", "32 bits"), ("f16", "16 bits"), ("bf16", "16 bits"), ("int8", "8 bits, one scale for a matrix"), ("q8_0", "GGUF, 8.5 bits"),
        ("int4", "4.25 bits: groups of 64, FP16 scales"), ("q4_0", "GGUF, 4.5 bits"), ("awq", "4.5 bits: groups of 64, FP16 scales and zero points, in macros of 288 bytes"),
    ];

    /// <summary>The weights of a configuration.</summary>
    /// <param name="type">A name of <see cref="Types"/>, for all matrices; vectors are float32.</param>
    /// <param name="packingRatio">Plain bytes to packed ones, of matrices with integer weights; 1 for unpacked.</param>
    public static (Graph Graph, Func<string, WeightInfo> Weights) Of(ModelConfig config, string type, double packingRatio)
    {
        var graph = ModelTypes.Of(config).Build(config);
        var shapes = graph.Weights.ToDictionary(use => use.Name, use => use.Shape);
        return (graph, name => shapes[name] is { Count: > 1 } shape ? Packed(Matrix(name, type, shape[0], shape[1]), packingRatio) : Plain(name, Format.Single, 1, shapes[name][0]));
    }

    /// <summary>The same weight with its rows shortened by <paramref name="ratio"/>; floats and weights that are packed already stay as they are.</summary>
    public static WeightInfo Packed(WeightInfo weight, double ratio)
    {
        if (ratio == 1 || weight.IsPacked || weight.Rows <= 1 || !weight.Format.IsInteger)
            return weight;
        var rowBytes = Math.Max(1, (long)Math.Ceiling(weight.PlainRowBytes / ratio));
        return weight with { Format = weight.Format with { Packing = RowPacking.Decoded }, RowBytes = rowBytes, ElementBytes = rowBytes * weight.Rows };
    }

    private static WeightInfo Matrix(string name, string type, long rows, long columns) => type switch
    {
        "f32" => Plain(name, Format.Single, rows, columns),
        "f16" => Plain(name, new Format(NumberType.Float16, 16), rows, columns),
        "bf16" => Plain(name, new Format(NumberType.Bfloat16, 16), rows, columns),
        "int8" => Integers(name, new Format(NumberType.Int8, 8) { Group = (int)columns, Scales = ScaleType.Float32 }, rows, columns, scaleBytes: sizeof(float), zeroPointBytes: 0) with { HasOneScale = true },
        "q8_0" => Blocks(name, NumberType.Q8_0, 8, 34, rows, columns),
        "q4_0" => Blocks(name, NumberType.Q4_0, 4, 18, rows, columns),
        "int4" => Integers(name, Nibbles, rows, columns, Groups(rows, columns) * 2, zeroPointBytes: 0),
        // Of each 288 bytes 16 hold zero points and 16 scales of eight rows.
        "awq" => Integers(name, Nibbles with { HasZeroPoints = true }, rows, columns, Groups(rows, columns) * 2, zeroPointBytes: Groups(rows, columns) * 2),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such weights"),
    };

    private static Format Nibbles => new(NumberType.Int4, 4) { Group = MacroGroup, Scales = ScaleType.Float16 };

    private static long Groups(long rows, long columns) => rows * ((columns + MacroGroup - 1) / MacroGroup);

    private static WeightInfo Plain(string name, Format format, long rows, long columns)
    {
        var rowBytes = columns * format.Bits / 8;
        return new WeightInfo(name, format, rows, columns, rowBytes, rows * rowBytes, 0, 0) { PlainRowBytes = rowBytes };
    }

    private static WeightInfo Integers(string name, Format format, long rows, long columns, long scaleBytes, long zeroPointBytes)
    {
        var rowBytes = (columns * format.Bits + 7) / 8;
        return new WeightInfo(name, format, rows, columns, rowBytes, rows * rowBytes, scaleBytes, zeroPointBytes) { PlainRowBytes = rowBytes };
    }

    private static WeightInfo Blocks(string name, NumberType type, int bits, int blockBytes, long rows, long columns)
    {
        var rowBytes = (columns + 31) / 32 * blockBytes;
        return new WeightInfo(name, new Format(type, bits) { Group = 32, Scales = ScaleType.Float16 }, rows, columns, rowBytes, rows * rowBytes, 0, 0) { PlainRowBytes = rowBytes };
    }
}
