using System.Globalization;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Tests.Planning;

/// <summary>Weights that are nothing but their description: any mixture of formats, without a byte behind it.</summary>
internal static class FakeWeights
{
    private static readonly Func<string, long, long, WeightInfo>[] Kinds =
    [
        (name, rows, columns) => Plain(name, Format.Single, rows, columns),
        (name, rows, columns) => Plain(name, new Format(NumberType.Float16, 16), rows, columns),
        (name, rows, columns) => Plain(name, new Format(NumberType.Bfloat16, 16), rows, columns),
        (name, rows, columns) => Blocks(name, NumberType.Q8_0, 32, 34, rows, columns),
        (name, rows, columns) => Blocks(name, NumberType.Q4_0, 32, 18, rows, columns),
        (name, rows, columns) => Integers(name, 4, 64, ScaleType.Float16, zeroPoints: true, rows, columns),
        (name, rows, columns) => Integers(name, 4, 32, ScaleType.Float32, zeroPoints: false, rows, columns),
        (name, rows, columns) => Integers(name, 8, 32, ScaleType.Float16, zeroPoints: true, rows, columns),
        (name, rows, columns) => Integers(name, 8, (int)columns, ScaleType.Float32, zeroPoints: false, rows, columns),
        (name, rows, columns) => Integers(name, 8, (int)columns, ScaleType.Float32, zeroPoints: false, rows, columns) with { HasOneScale = true, ScaleBytes = 4, InputGrid = new Grid(0.25f) },
        (name, rows, columns) => Integers(name, 8, (int)columns, ScaleType.Float32, zeroPoints: false, rows, columns) with { InputGrid = new Grid(null) },
        (name, rows, columns) => Packed(Integers(name, 8, (int)columns, ScaleType.Float32, zeroPoints: false, rows, columns), RowPacking.Escape, 1),
        (name, rows, columns) => Packed(Integers(name, 4, 64, ScaleType.Float16, zeroPoints: true, rows, columns), RowPacking.Decoded, 16),
    ];

    /// <summary>How many kinds there are.</summary>
    public static int Count => Kinds.Length;

    /// <summary>The weights of a graph; which kind each is of, its name and <paramref name="salt"/> decide.</summary>
    /// <param name="layersAreAlike">The same in every layer.</param>
    public static Func<string, WeightInfo> Of(Graph graph, int salt, bool layersAreAlike)
    {
        var shapes = graph.Weights.ToDictionary(use => use.Name, use => use.Shape);
        return name =>
        {
            var key = layersAreAlike ? string.Join('.', name.Split('.').Where(part => !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))) : name;
            // FNV-1a: string.GetHashCode differs from process to process.
            var hash = 2166136261u ^ (uint)salt;
            foreach (var letter in key)
                hash = (hash ^ letter) * 16777619;
            return Kinds[hash / 7 % (uint)Kinds.Length](name, shapes[name][0], shapes[name].Count > 1 ? shapes[name][1] : 1);
        };
    }

    private static WeightInfo Plain(string name, Format format, long rows, long columns) =>
        new(name, format, rows, columns, columns * format.Bits / 8, rows * columns * format.Bits / 8, 0, 0) { PlainRowBytes = columns * format.Bits / 8 };

    private static WeightInfo Blocks(string name, NumberType type, int group, int blockBytes, long rows, long columns)
    {
        var rowBytes = (columns + group - 1) / group * blockBytes;
        return new WeightInfo(name, new Format(type, 4) { Group = group, Scales = ScaleType.Float16 }, rows, columns, rowBytes, rows * rowBytes, 0, 0) { PlainRowBytes = rowBytes };
    }

    private static WeightInfo Integers(string name, int bits, int group, ScaleType scales, bool zeroPoints, long rows, long columns)
    {
        var format = new Format(bits == 4 ? NumberType.Int4 : NumberType.Int8, bits) { Group = group, Scales = scales, HasZeroPoints = zeroPoints };
        var groups = (columns + group - 1) / group;
        var rowBytes = (columns * bits + 7) / 8;
        return new WeightInfo(name, format, rows, columns, rowBytes, rows * rowBytes, rows * groups * format.ScaleBytes, zeroPoints ? rows * groups : 0) { PlainRowBytes = rowBytes };
    }

    private static WeightInfo Packed(WeightInfo weight, RowPacking packing, int blockRows) => weight with
    {
        Format = weight.Format with { Packing = packing, EscapeShare = packing == RowPacking.Escape ? 0.125 : null },
        RowBytes = Math.Max(1, weight.RowBytes * 3 / 4),
        ElementBytes = Math.Max(1, weight.RowBytes * 3 / 4) * weight.Rows,
        BlockRows = blockRows,
    };
}
