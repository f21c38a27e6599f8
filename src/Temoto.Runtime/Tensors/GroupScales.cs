using System.Runtime.CompilerServices;

namespace Temoto.Tensors;

/// <summary>
/// What the integers q of a weight [Rows, Columns] stand for: w[r, c] = (q[r, c] - Zero(r, g)) * Scale(r, g), g = c / GroupSize. The last group of a
/// row may be short. I8 integers are signed, I4 integers run from 0 to 15.
/// </summary>
internal sealed unsafe class GroupScales
{
    /// <summary>The zero point of I4 weights that store none: nibbles 0 .. 15 stand for -8 .. 7.</summary>
    public const int NibbleZero = 8;

    private readonly int defaultZero;
    private readonly bool nibbles;
    private readonly long rowStride;
    private readonly ushort* halves;
    private readonly float* floats;
    private readonly byte* zeroPoints;
    private readonly long zeroRowBytes;

    /// <param name="integers">I8 or I4.</param>
    /// <param name="groupSize">Columns that share a scale; all of them for one scale per row (per channel) or per tensor.</param>
    /// <param name="scales">F16 or F32: [Rows, groups], or [1] for one scale per tensor.</param>
    /// <param name="zeros">
    /// Null for symmetric weights. For I8: I8 [Rows, groups]. For I4: U8 [Rows, (groups + 1) / 2], two zero points per byte, the first in the low nibble.
    /// </param>
    public GroupScales(DType integers, int groupSize, Tensor scales, Tensor? zeros)
    {
        if (integers is not (DType.I8 or DType.I4))
            throw new ArgumentOutOfRangeException(nameof(integers), integers, "I8 or I4");
        if (scales.DType is not (DType.F16 or DType.F32))
            throw new ArgumentOutOfRangeException(nameof(scales), scales.DType, "F16 or F32");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groupSize);
        nibbles = integers == DType.I4;
        defaultZero = nibbles ? NibbleZero : 0;
        GroupSize = groupSize;
        Scales = scales;
        Zeros = zeros;
        rowStride = PerTensor ? 0 : scales.Columns;
        // Looked up once: kernels ask for every group.
        halves = scales.DType == DType.F16 ? (ushort*)scales.Data : null;
        floats = (float*)scales.Data;
        zeroPoints = zeros is null ? null : zeros.Data;
        zeroRowBytes = zeros?.Columns ?? 0;
    }

    public int GroupSize { get; }

    public Tensor Scales { get; }

    public Tensor? Zeros { get; }

    /// <summary>One scale for the whole matrix.</summary>
    public bool PerTensor => Scales.Shape.Length == 1;

    /// <summary>Bytes of scales and zero points.</summary>
    public long ByteLength => Scales.ByteLength + (Zeros?.ByteLength ?? 0);

    /// <summary>Groups in a row of <paramref name="columns"/>.</summary>
    public long Groups(long columns) => (columns + GroupSize - 1) / GroupSize;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Scale(long row, long group)
    {
        var index = row * rowStride + (rowStride == 0 ? 0 : group);
        return halves is null ? floats[index] : HalfFloat.ToSingle(halves[index]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Zero(long row, long group)
    {
        if (zeroPoints is null)
            return defaultZero;
        var zeros = zeroPoints + row * zeroRowBytes;
        return nibbles ? zeros[group >> 1] >> (int)((group & 1) * 4) & 0xF : (sbyte)zeros[group];
    }
}
