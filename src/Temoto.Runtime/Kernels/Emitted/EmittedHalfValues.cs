using System.Runtime.InteropServices;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Weights of up to eight queries times 32 columns of values in half floats, with conversions that .NET has no intrinsics for. The code is assembled ahead of time from
/// tools/emit/HalfValuesSource.cs, which says how it works. It runs well below a microsecond: the garbage collector may wait for it.
/// </summary>
internal static unsafe class EmittedHalfValues
{
    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedHalfValues)));

    /// <summary>The code, ready to be called. Throws <see cref="System.ComponentModel.Win32Exception"/> where the system does not let it run.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<Tile*, void> Load() => (delegate* unmanaged[SuppressGCTransition]<Tile*, void>)Entry.Value;

    /// <summary>What the code reads: Outputs[i, c] += the sum over p of Weights[i, p] * Values[p, c], in the order of p, by fused multiply-adds.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Tile
    {
        /// <summary>Of the first position and column.</summary>
        public ushort* Values;

        /// <summary>From one position to the next.</summary>
        public long ValueBytes;

        /// <summary>More than 0.</summary>
        public long Positions;

        /// <summary>Of the first query and position.</summary>
        public float* Weights;

        /// <summary>From one query's weights to the next's.</summary>
        public long WeightBytes;

        /// <summary>Of the first query and column.</summary>
        public float* Outputs;

        /// <summary>From one query's outputs to the next's.</summary>
        public long OutputBytes;

        /// <summary>From sixteen columns to the next sixteen: 16, or 0 where there are no more.</summary>
        public long SecondColumns;

        /// <summary>Queries, 1 to 8.</summary>
        public long Count;
    }
}
