using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Gives each weight a place in the weight memory, in the order in which steps read them, and makes the operands that say so. Layers that are alike come to lie at equal distances.
/// </summary>
internal sealed class WeightPlaces(Func<string, WeightInfo> weightOf)
{
    private readonly Dictionary<string, long> offsets = [];

    /// <summary>Bytes given out so far.</summary>
    public long Bytes { get; private set; }

    public WeightInfo Info(string name) => weightOf(name);

    /// <summary>A matrix as a product reads it.</summary>
    /// <param name="rowAxes">How its rows are counted, in rows: (Columns, n, 1), or heads of HeadDim rows each.</param>
    public Operand Matrix(OperandRole role, string name, params ReadOnlySpan<Axis> rowAxes)
    {
        var weight = weightOf(name);
        var offset = Place(name, Placement.Align(weight.RowBytes * weight.Rows) + Placement.Align(weight.ScaleBytes) + Placement.Align(weight.ZeroPointBytes));
        var parts = new List<Part> { PartOf(PartKind.Elements, offset, weight.RowBytes, weight.ElementBytes, rowAxes) };
        offset += Placement.Align(weight.RowBytes * weight.Rows);
        if (weight.ScaleBytes > 0)
        {
            parts.Add(weight.HasOneScale
                ? new Part(PartKind.Scales, offset, 0, weight.ScaleBytes, weight.ScaleBytes, [])
                : PartOf(PartKind.Scales, offset, weight.ScaleBytes / weight.Rows, weight.ScaleBytes, rowAxes));
            offset += Placement.Align(weight.ScaleBytes);
        }
        if (weight.ZeroPointBytes > 0)
            parts.Add(PartOf(PartKind.ZeroPoints, offset, weight.ZeroPointBytes / weight.Rows, weight.ZeroPointBytes, rowAxes));
        return new Operand(role, name, MemoryRegion.Weights, weight.Format, [weight.Rows, weight.Columns], [.. parts]);
    }

    /// <summary>A bias or norm: [width] floats, decoded when the model is loaded.</summary>
    /// <param name="axes">How it is read in part, in numbers; none where it is read whole.</param>
    public Operand Vector(OperandRole role, string name, long width, params ReadOnlySpan<Axis> axes)
    {
        var bytes = width * sizeof(float);
        var offset = Place(name, Placement.Align(bytes));
        var part = axes.IsEmpty ? new Part(PartKind.Elements, offset, 0, bytes, bytes, []) : PartOf(PartKind.Elements, offset, sizeof(float), bytes, axes);
        return new Operand(role, name, MemoryRegion.Weights, Format.Single, [1, width], [part]);
    }

    private static Part PartOf(PartKind kind, long offset, long unitBytes, long bytes, ReadOnlySpan<Axis> axes)
    {
        var scaled = new Axis[axes.Length];
        for (var i = 0; i < scaled.Length; i++)
            scaled[i] = axes[i] with { StrideBytes = axes[i].StrideBytes * unitBytes };
        return new Part(kind, offset, 0, unitBytes, bytes, Items.Of<Axis>(scaled));
    }

    private long Place(string name, long bytes)
    {
        if (offsets.TryGetValue(name, out var offset))
            return offset;
        offset = Bytes;
        offsets.Add(name, offset);
        Bytes += bytes;
        return offset;
    }
}
