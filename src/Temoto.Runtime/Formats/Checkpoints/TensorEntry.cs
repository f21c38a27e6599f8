using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>What a file says about a tensor before its bytes are looked at: what writers are given and readers check.</summary>
internal sealed record TensorEntry(string Name, DType DType, long[] Shape)
{
    /// <summary>More dimensions than any checkpoint uses; a bound for untrusted files.</summary>
    public const int MaxRank = 8;

    /// <summary>
    /// More tensors than any dense model has (a 405B Llama: 1,138). A tensor takes some 400 bytes while it is read, so this bounds what an
    /// untrusted header makes us allocate to a few megabytes.
    /// </summary>
    public const int MaxTensors = 1 << 14;

    /// <summary>Bytes of the tensor; the shape has been checked (or comes from our own code).</summary>
    public long ByteLength => TryCountBytes(DType, Shape, out var byteLength)
        ? byteLength
        : throw new ArgumentException($"{Name}: no size for {DType} [{string.Join(", ", Shape)}]");

    /// <summary>
    /// Bytes of a tensor of untrusted shape; false where a dimension is negative, the product overflows 63 bits or the last
    /// dimension is not a whole number of blocks.
    /// </summary>
    public static bool TryCountBytes(DType dtype, ReadOnlySpan<long> shape, out long byteLength)
    {
        byteLength = 0;
        long elements = 1;
        foreach (var dimension in shape)
        {
            if (dimension < 0)
                return false;
            if (Math.BigMul(elements, dimension, out var product) != 0 || product < 0)
                return false;
            elements = product;
        }
        var columns = shape.Length == 0 ? 1 : shape[^1];
        if (columns % dtype.BlockElements() != 0)
            return false;
        return Math.BigMul(elements / dtype.BlockElements(), dtype.BlockBytes(), out byteLength) == 0 && byteLength >= 0;
    }

    /// <summary>For error lines: <c>F32 [2, 3]</c>.</summary>
    public static string Describe(DType dtype, ReadOnlySpan<long> shape) => $"{dtype} [{string.Join(", ", shape.ToArray())}]";
}
