using System.Runtime.InteropServices;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Two panels of keys in half floats times up to eight queries, with conversions that .NET has no intrinsics for. The code is assembled ahead of time from tools/emit/HalfScoresSource.cs, which says
/// how it works. It runs well below a microsecond: the garbage collector may wait for it.
/// </summary>
internal static unsafe class EmittedHalfScores
{
    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedHalfScores)));

    /// <summary>The code, ready to be called. Throws <see cref="System.ComponentModel.Win32Exception"/> where the system does not let it run.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<Tile*, void> Load() => (delegate* unmanaged[SuppressGCTransition]<Tile*, void>)Entry.Value;

    /// <summary>What the code reads: Scores[i, p] = the sum over k of Keys[k, p] * Queries[i, k], in the order of k, by fused multiply-adds.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Tile
    {
        /// <summary>[HeadDim, 16 positions].</summary>
        public ushort* Keys0;

        /// <summary>The panel behind it; where there is none, the same.</summary>
        public ushort* Keys1;

        /// <summary>More than 0.</summary>
        public long HeadDim;

        /// <summary>Of the first query.</summary>
        public float* Queries;

        /// <summary>From one query to the next.</summary>
        public long QueryBytes;

        /// <summary>Of the first query and position.</summary>
        public float* Scores;

        /// <summary>From one query's scores to the next's.</summary>
        public long StrideBytes;

        /// <summary>From the scores of a panel to those of the panel behind it: 64, or 0 where there is none.</summary>
        public long SecondBytes;

        /// <summary>Queries, 1 to 8.</summary>
        public long Count;
    }
}
