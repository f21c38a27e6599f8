using System.Runtime.CompilerServices;

namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class VectorKernelSet<TLanes, TVector>
{
    /// <summary>A row of plain elements (no blocks): how a register, or the one element of a tail, is read as float32.</summary>
    private interface IRow
    {
        /// <summary>Of an element.</summary>
        static abstract int Bits { get; }

        static abstract TVector Load(byte* row, long element);

        static abstract float LoadOne(byte* row, long element);
    }

    private readonly struct F32Row : IRow
    {
        public static int Bits => 32;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Load(byte* row, long element) => TLanes.Load((float*)row + element);

        public static float LoadOne(byte* row, long element) => ((float*)row)[element];
    }

    private readonly struct F16Row : IRow
    {
        public static int Bits => 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Load(byte* row, long element) => TLanes.LoadF16((ushort*)row + element);

        public static float LoadOne(byte* row, long element) => (float)((Half*)row)[element];
    }

    /// <summary>Half floats as panels hold them (<see cref="Tensors.Panels.RaisedHalf"/>).</summary>
    private readonly struct RaisedRow : IRow
    {
        public static int Bits => 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Load(byte* row, long element) => TLanes.LoadRaisedHalf((short*)row + element);

        public static float LoadOne(byte* row, long element) => (float)BitConverter.UInt16BitsToHalf(Tensors.Panels.RaisedHalf.Lowered(((ushort*)row)[element]));
    }

    private readonly struct BF16Row : IRow
    {
        public static int Bits => 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Load(byte* row, long element) => TLanes.LoadBF16((ushort*)row + element);

        public static float LoadOne(byte* row, long element) => BitConverter.UInt32BitsToSingle((uint)((ushort*)row)[element] << 16);
    }

    private readonly struct I8Row : IRow
    {
        public static int Bits => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Load(byte* row, long element) => TLanes.LoadI8((sbyte*)row + element);

        public static float LoadOne(byte* row, long element) => ((sbyte*)row)[element];
    }

    /// <summary>Asks ahead for what four registers are loaded from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AskAhead<TRow>(byte* row, long element)
        where TRow : struct, IRow
    {
        var bytes = 4 * TLanes.Count * TRow.Bits / 8;
        row += element * TRow.Bits / 8;
        Prefetch.Ahead(row);
        if (bytes > 64)
            Prefetch.Ahead(row + 64);
        if (bytes <= 128)
            return;
        Prefetch.Ahead(row + 128);
        Prefetch.Ahead(row + 192);
    }

    /// <summary>Sum of row[i] * x[i]. Four sums run side by side, so that a multiply-add need not wait for the one before.</summary>
    private static float Dot<TRow>(byte* row, float* x, long count)
        where TRow : struct, IRow
    {
        TVector a = TLanes.Zero, b = TLanes.Zero, c = TLanes.Zero, d = TLanes.Zero;
        var n = TLanes.Count;
        long i = 0;
        for (; i + 4 * n <= count; i += 4 * n)
        {
            AskAhead<TRow>(row, i);
            a = TLanes.MultiplyAdd(TRow.Load(row, i), TLanes.Load(x + i), a);
            b = TLanes.MultiplyAdd(TRow.Load(row, i + n), TLanes.Load(x + i + n), b);
            c = TLanes.MultiplyAdd(TRow.Load(row, i + 2 * n), TLanes.Load(x + i + 2 * n), c);
            d = TLanes.MultiplyAdd(TRow.Load(row, i + 3 * n), TLanes.Load(x + i + 3 * n), d);
        }
        for (; i + n <= count; i += n)
            a = TLanes.MultiplyAdd(TRow.Load(row, i), TLanes.Load(x + i), a);
        var sum = TLanes.Sum(TLanes.Add(TLanes.Add(a, b), TLanes.Add(c, d)));
        for (; i < count; i++)
            sum += TRow.LoadOne(row, i) * x[i];
        return sum;
    }

    private static void Decode<TRow>(byte* row, float* destination, long count)
        where TRow : struct, IRow
    {
        long i = 0;
        for (; i + TLanes.Count <= count; i += TLanes.Count)
            TLanes.Store(TRow.Load(row, i), destination + i);
        for (; i < count; i++)
            destination[i] = TRow.LoadOne(row, i);
    }
}
