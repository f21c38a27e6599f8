using System.Runtime.InteropServices;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Rounded weights of up to eight queries times 32 columns of int8 values, in AVX512-VNNI instructions that .NET has no intrinsics for. The code is assembled ahead of time from
/// tools/emit/WeightedValuesSource.cs, which says how it works. It runs well below a microsecond: the garbage collector may wait for it.
/// </summary>
internal static unsafe class EmittedWeightedValues
{
    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedWeightedValues)));

    /// <summary>The code, ready to be called. Throws <see cref="System.ComponentModel.Win32Exception"/> where the system does not let it run.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<Tile*, void> Load() => (delegate* unmanaged[SuppressGCTransition]<Tile*, void>)Entry.Value;

    /// <summary>What the code reads: Outputs[i, c] += (the sum over quads and p of (256 * High[i, quad, p] + Low[i, quad, p]) * Values[quad, c, p]) * Steps[i], by a fused multiply-add.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Tile
    {
        /// <summary>[Quads, HeadDim, 4 positions] from the first column on.</summary>
        public sbyte* Values;

        /// <summary>4 * HeadDim.</summary>
        public long QuadBytes;

        /// <summary>Quads of positions, 1 to 16.</summary>
        public long Quads;

        /// <summary>[8, 64] high bytes of the weights.</summary>
        public byte* High;

        /// <summary>[8, 64] low bytes.</summary>
        public byte* Low;

        /// <summary>[8].</summary>
        public float* Steps;

        /// <summary>Of the first query and column.</summary>
        public float* Outputs;

        /// <summary>From one query's outputs to the next's.</summary>
        public long OutputBytes;

        /// <summary>From sixteen columns to the next sixteen, of values as of outputs: 64, or 0 where there are no more.</summary>
        public long SecondBytes;

        /// <summary>Queries, 1 to 8.</summary>
        public long Count;
    }
}
