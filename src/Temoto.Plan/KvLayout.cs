using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>
/// The KV cache of one sequence: per attention layer and KV head a plane of keys, then a plane of values; for int8 behind all planes, in the same order, the float32 scales of their
/// positions. Keys lie in panels of <see cref="PanelPositions"/> positions, [panels, HeadDim, 16]: a register then holds one element of sixteen keys; values position by position. Int8
/// lies as instructions want it that sum four products of bytes: keys [panels, HeadDim / 4, 16, 4], values [positions / 4, HeadDim, 4].
/// Layers with a short convolution keep what it convolves, [ConvLayers, positions, ConvWidth], behind all that: as floats in a cache of floats, else as half floats.
/// </summary>
/// <param name="Type">Float32, Float16 or Int8 (one scale per position and head).</param>
/// <param name="Layers">Layers with attention.</param>
/// <param name="Context">Positions a sequence may have.</param>
public sealed record KvLayout(NumberType Type, int Layers, int KvHeads, int HeadDim, int Context)
{
    /// <summary>Layers with a short convolution.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ConvLayers { get; init; }

    /// <summary>Columns that each of them convolves.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ConvWidth { get; init; }

    /// <summary>Positions of a key panel.</summary>
    public const int PanelPositions = 16;

    /// <summary>Bytes that an instruction sums: elements of an int8 key, positions of int8 values.</summary>
    public const int Quad = 4;

    /// <summary>Bytes of one element.</summary>
    [JsonIgnore]
    public int ElementBytes => Type switch
    {
        NumberType.Float32 => 4,
        NumberType.Float16 => 2,
        _ => 1,
    };

    /// <summary>Elements that a key or a value takes: int8 fills whole quads.</summary>
    [JsonIgnore]
    public int StoredDim => StoredDimOf(Type, HeadDim);

    /// <summary>Positions there is room for: whole panels.</summary>
    [JsonIgnore]
    public int Positions => WholePanels(Context);

    /// <summary>Bytes of the keys, or the values, of one layer and head, without scales.</summary>
    [JsonIgnore]
    public long PlaneBytes => (long)Positions * StoredDim * ElementBytes;

    /// <summary>Planes of keys and values together.</summary>
    [JsonIgnore]
    public long Planes => 2L * Layers * KvHeads;

    /// <summary>How rows of convolutions are stored.</summary>
    [JsonIgnore]
    public NumberType ConvType => Type == NumberType.Float32 ? NumberType.Float32 : NumberType.Float16;

    /// <summary>Bytes of a position's row of one convolution.</summary>
    [JsonIgnore]
    public long ConvRowBytes => (long)ConvWidth * ConvElementBytes;

    private int ConvElementBytes => Type == NumberType.Float32 ? 4 : 2;

    /// <summary>All of a sequence's cache.</summary>
    [JsonIgnore]
    public long Bytes => BytesPerPosition * Positions;

    /// <summary>Bytes of one position over all layers and heads, scales and convolutions included.</summary>
    [JsonIgnore]
    public long BytesPerPosition => KvBytesPerPosition + ConvLayers * ConvRowBytes;

    /// <summary>Of keys and values alone.</summary>
    private long KvBytesPerPosition => Planes * (StoredDim * ElementBytes + (Type == NumberType.Int8 ? sizeof(float) : 0));

    /// <summary>Where a plane begins.</summary>
    /// <param name="layer">Among the layers with attention.</param>
    public long PlaneOffset(int layer, int kvHead, bool keys) => PlaneIndex(layer, kvHead, keys) * PlaneBytes;

    /// <summary>Where the scales of a plane begin.</summary>
    public long ScaleOffset(int layer, int kvHead, bool keys) => Planes * PlaneBytes + PlaneIndex(layer, kvHead, keys) * Positions * sizeof(float);

    /// <summary>Where a convolution's rows begin.</summary>
    /// <param name="layer">Among the layers with one.</param>
    public long ConvOffset(int layer) => (KvBytesPerPosition + layer * ConvRowBytes) * Positions;

    /// <summary>The operand of a layer's convolution.</summary>
    /// <param name="layer">Among the layers with one.</param>
    public Operand ConvOperand(int layer)
    {
        var rows = new Part(
            PartKind.Elements,
            ConvOffset(layer),
            0,
            ConvElementBytes,
            ConvRowBytes * Positions,
            [new Axis(Dimension.Positions, Positions, ConvRowBytes), new Axis(Dimension.Columns, ConvWidth, ConvElementBytes)]);
        return new Operand(OperandRole.Convolved, nameof(OperandRole.Convolved), MemoryRegion.KvCache, new Format(ConvType, 8 * ConvElementBytes), [Positions, ConvWidth], [rows]);
    }

    /// <summary>Rounded up to whole panels.</summary>
    public static int WholePanels(int positions) => checked((positions + PanelPositions - 1) / PanelPositions * PanelPositions);

    /// <summary>Where the panel begins that holds <paramref name="position"/>.</summary>
    public static int PanelStart(int position) => position / PanelPositions * PanelPositions;

    /// <summary>Elements that a key or a value of <paramref name="headDim"/> takes.</summary>
    public static int StoredDimOf(NumberType type, int headDim) => type == NumberType.Int8 ? (headDim + Quad - 1) / Quad * Quad : headDim;

    /// <summary>The operand of a layer's keys or values.</summary>
    public Operand Operand(OperandRole role, int layer)
    {
        var keys = role == OperandRole.Keys;
        var element = ElementBytes;
        var heads = new Axis(Dimension.KvHeads, KvHeads, 2 * PlaneBytes);
        Items<Axis> axes = (keys, Type) switch
        {
            (true, NumberType.Int8) =>
            [
                heads,
                new Axis(Dimension.Positions, Positions, Quad) { Tile = PanelPositions, TileStrideBytes = (long)StoredDim * PanelPositions },
                new Axis(Dimension.HeadDim, StoredDim, 1) { Tile = Quad, TileStrideBytes = PanelPositions * Quad },
            ],
            (true, _) =>
            [
                heads,
                new Axis(Dimension.Positions, Positions, element) { Tile = PanelPositions, TileStrideBytes = (long)HeadDim * PanelPositions * element },
                new Axis(Dimension.HeadDim, HeadDim, PanelPositions * element),
            ],
            (false, NumberType.Int8) =>
            [
                heads,
                new Axis(Dimension.Positions, Positions, 1) { Tile = Quad, TileStrideBytes = (long)HeadDim * Quad },
                new Axis(Dimension.HeadDim, HeadDim, Quad),
            ],
            _ => [heads, new Axis(Dimension.Positions, Positions, (long)HeadDim * element), new Axis(Dimension.HeadDim, HeadDim, element)],
        };
        var elements = new Part(PartKind.Elements, PlaneOffset(layer, 0, keys), 0, element, KvHeads * PlaneBytes, axes);
        if (Type != NumberType.Int8)
            return new Operand(role, role.ToString(), MemoryRegion.KvCache, new Format(Type, 8 * element), [Positions, (long)KvHeads * HeadDim], [elements]);
        var scales = new Part(
            PartKind.Scales,
            ScaleOffset(layer, 0, keys),
            0,
            sizeof(float),
            (long)KvHeads * Positions * sizeof(float),
            [new Axis(Dimension.KvHeads, KvHeads, 2L * Positions * sizeof(float)), new Axis(Dimension.Positions, Positions, sizeof(float))]);
        return new Operand(role, role.ToString(), MemoryRegion.KvCache, new Format(Type, 8) { Group = HeadDim, Scales = ScaleType.Float32 }, [Positions, (long)KvHeads * HeadDim], [elements, scales]);
    }

    private long PlaneIndex(int layer, int kvHead, bool keys) => 2L * (layer * KvHeads + kvHead) + (keys ? 0 : 1);
}
