namespace Temoto.Kernels;

/// <summary>How keys and values lie in the cache.</summary>
internal enum KvType
{
    F32,
    F16,

    /// <summary>int8 with one float32 scale per position and head.</summary>
    Int8,
}

/// <summary>
/// Keys or values of one layer and one KV head, plus a scale per position for int8. Values lie position by position, [positions, HeadDim]. Keys lie in panels of
/// <see cref="PanelPositions"/>, [positions / 16, HeadDim, 16]: a register then holds one element of sixteen keys, and scores need no sums across lanes.
/// </summary>
internal readonly unsafe struct KvHeadView(KvType type, byte* data, float* scales, int headDim)
{
    /// <summary>Positions of a key panel.</summary>
    public const int PanelPositions = 16;

    /// <summary>Rounded up to whole key panels.</summary>
    public static int WholePanels(int positions) => checked((positions + PanelPositions - 1) / PanelPositions * PanelPositions);

    public readonly KvType Type = type;
    public readonly byte* Data = data;
    public readonly float* Scales = scales;
    public readonly int HeadDim = headDim;

    /// <summary>Element <paramref name="element"/> of the key at <paramref name="position"/>.</summary>
    public float Key(int position, int element) => At((long)(position / PanelPositions * HeadDim + element) * PanelPositions + position % PanelPositions, position);

    /// <summary>Element <paramref name="element"/> of the value at <paramref name="position"/>.</summary>
    public float Value(int position, int element) => At((long)position * HeadDim + element, position);

    /// <summary>Writes one key into its place: elements of one position lie a panel's width apart.</summary>
    /// <param name="kernels">Rounds to half floats.</param>
    public void StoreKey(float* source, int position, KernelSet kernels) =>
        Store(source, (long)(position / PanelPositions) * HeadDim * PanelPositions + position % PanelPositions, PanelPositions, position, kernels);

    /// <summary>Writes one value into its place.</summary>
    public void StoreValue(float* source, int position, KernelSet kernels) => Store(source, (long)position * HeadDim, 1, position, kernels);

    private float At(long index, int position) => Type switch
    {
        KvType.F32 => ((float*)Data)[index],
        KvType.F16 => (float)((Half*)Data)[index],
        _ => ((sbyte*)Data)[index] * Scales[position],
    };

    private void Store(float* source, long first, int stride, int position, KernelSet kernels)
    {
        switch (Type)
        {
            case KvType.F32:
                for (var i = 0; i < HeadDim; i++)
                    ((float*)Data)[first + (long)i * stride] = source[i];
                break;
            case KvType.F16:
                var halves = stackalloc ushort[HeadDim];
                kernels.RoundToHalf(source, halves, HeadDim);
                for (var i = 0; i < HeadDim; i++)
                    ((ushort*)Data)[first + (long)i * stride] = halves[i];
                break;
            default:
                var largest = kernels.MaxMagnitude(source, HeadDim);
                var inverse = largest == 0 ? 0 : 127 / largest;
                Scales[position] = largest / 127;
                for (var i = 0; i < HeadDim; i++)
                    ((sbyte*)Data)[first + (long)i * stride] = (sbyte)MathF.Round(source[i] * inverse, MidpointRounding.ToEven);
                break;
        }
    }
}
