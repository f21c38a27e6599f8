namespace Temoto.Kernels.Floats;

/// <summary>
/// What a kernel needs from a vector register of float32, for one width. Kernels are written once over it and compiled for each
/// implementation, so a new width is one file and a new kernel is one file. Loads need no alignment.
/// </summary>
/// <typeparam name="TVector">The register type, e.g. Vector256&lt;float&gt;.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Floats in a register.</summary>
    static abstract int Count { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(float* source);

    /// <summary>Count IEEE half floats, exactly (subnormals, infinities and NaN included).</summary>
    static abstract TVector LoadF16(ushort* source);

    /// <summary>Count half floats in the form that <see cref="Tensors.Panels.RaisedHalf"/> gives them, exactly.</summary>
    static abstract TVector LoadRaisedHalf(short* source);

    static abstract TVector LoadBF16(ushort* source);

    static abstract TVector LoadI8(sbyte* source);

    /// <summary>Byte <paramref name="index"/> of Count quads of bytes.</summary>
    static abstract TVector LoadQuadByte(uint* source, int index);

    /// <summary>The same, signed.</summary>
    static abstract TVector LoadQuadSignedByte(uint* source, int index);

    /// <summary>(byte >> shift) &amp; mask of Count bytes.</summary>
    static abstract TVector LoadBits(byte* source, int shift, int mask);

    /// <summary>Count unsigned 4-bit integers from Count / 2 bytes, the low nibble of a byte first.</summary>
    static abstract TVector LoadNibbles(byte* source);

    /// <summary><paramref name="value"/> in each lane whose bit is set, else 0; lane i belongs to bit i.</summary>
    static abstract TVector WhereBit(uint bits, float value);

    static abstract void Store(TVector value, float* destination);

    /// <summary>Count IEEE half floats, to nearest, ties to even; beyond the largest half they are infinity, NaN stays NaN.</summary>
    static abstract void StoreF16(TVector value, ushort* destination);

    /// <summary>Four rows of four floats, <paramref name="rowStride"/> floats apart, as four columns, <paramref name="columnStride"/> floats apart.</summary>
    static abstract void Transpose(float* rows, long rowStride, float* columns, long columnStride);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    static abstract TVector Max(TVector left, TVector right);

    static abstract TVector Min(TVector left, TVector right);

    static abstract TVector Abs(TVector value);

    /// <summary>To the nearest whole number, ties to even.</summary>
    static abstract TVector Round(TVector value);

    /// <summary>left * right + addend; fused where the hardware fuses.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>Between two bounds; NaN stays NaN.</summary>
    static abstract TVector Clamp(TVector value, TVector lowest, TVector highest);

    /// <summary>value * 2^exponent.</summary>
    /// <param name="exponent">Whole, between -252 and 254.</param>
    static abstract TVector TimesPowerOfTwo(TVector value, TVector exponent);

    static abstract float Sum(TVector value);

    static abstract float MaxAcross(TVector value);
}
