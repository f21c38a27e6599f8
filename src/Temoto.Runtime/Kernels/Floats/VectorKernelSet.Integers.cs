using System.Runtime.CompilerServices;
using Temoto.Tensors;

namespace Temoto.Kernels.Floats;

/// <summary>Integer weights with scales per group (<see cref="GroupScales"/>): decoded, and multiplied as they are decoded.</summary>
internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    private readonly struct NibbleRow : IRow
    {
        public static int Bits => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Load(byte* row, long element) => TLanes.LoadNibbles(row + element / 2);

        public static float LoadOne(byte* row, long element) => row[element / 2] >> (int)(element % 2 * 4) & 0xF;
    }

    /// <summary>
    /// The arithmetic of <see cref="BlockDecoder"/>, so that every element is equal bit for bit. <paramref name="source"/> may be the end of
    /// <paramref name="destination"/>: a register is read before it is written over.
    /// </summary>
    private static void DecodeIntegers<TRow>(GroupScales scales, long row, byte* source, float* destination, long columns)
        where TRow : struct, IRow
    {
        for (long start = 0, group = 0; start < columns; start += scales.GroupSize, group++)
        {
            var end = Math.Min(columns, start + scales.GroupSize);
            var scale = scales.Scale(row, group);
            var zero = (float)scales.Zero(row, group);
            var scaleLanes = TLanes.Broadcast(scale);
            var zeroLanes = TLanes.Broadcast(zero);
            var k = start;
            for (; k + TLanes.Count <= end; k += TLanes.Count)
                TLanes.Store(TLanes.Multiply(TLanes.Subtract(TRow.Load(source, k), zeroLanes), scaleLanes), destination + k);
            for (; k < end; k++)
                destination[k] = (TRow.LoadOne(source, k) - zero) * scale;
        }
    }

    /// <summary>Per group: (q - zero) times x, summed, then one multiplication by the scale.</summary>
    private static float DotIntegers<TRow>(GroupScales scales, long row, byte* source, float* x, long columns)
        where TRow : struct, IRow
    {
        var n = TLanes.Count;
        TVector total = TLanes.Zero;
        var tail = 0f;
        for (long start = 0, group = 0; start < columns; start += scales.GroupSize, group++)
        {
            var end = Math.Min(columns, start + scales.GroupSize);
            var scale = scales.Scale(row, group);
            var zero = (float)scales.Zero(row, group);
            var zeros = TLanes.Broadcast(zero);
            TVector a = TLanes.Zero, b = TLanes.Zero;
            var k = start;
            for (; k + 2 * n <= end; k += 2 * n)
            {
                a = TLanes.MultiplyAdd(TLanes.Subtract(TRow.Load(source, k), zeros), TLanes.Load(x + k), a);
                b = TLanes.MultiplyAdd(TLanes.Subtract(TRow.Load(source, k + n), zeros), TLanes.Load(x + k + n), b);
            }
            for (; k + n <= end; k += n)
                a = TLanes.MultiplyAdd(TLanes.Subtract(TRow.Load(source, k), zeros), TLanes.Load(x + k), a);
            total = TLanes.MultiplyAdd(TLanes.Add(a, b), TLanes.Broadcast(scale), total);
            for (; k < end; k++)
                tail += (TRow.LoadOne(source, k) - zero) * scale * x[k];
        }
        return TLanes.Sum(total) + tail;
    }
}
