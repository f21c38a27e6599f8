using System.Runtime.InteropServices;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Two panels of int8 keys times up to eight queries, in AVX512-VNNI instructions that .NET has no intrinsics for. The code is assembled ahead of time from tools/emit/ScoresSource.cs, which says
/// how it works. It runs well below a microsecond: the garbage collector may wait for it.
/// </summary>
internal static unsafe class EmittedScores
{
    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedScores)));

    /// <summary>The code, ready to be called. Throws <see cref="System.ComponentModel.Win32Exception"/> where the system does not let it run.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<Tile*, void> Load() => (delegate* unmanaged[SuppressGCTransition]<Tile*, void>)Entry.Value;

    /// <summary>What the code reads: Scores[i, p] = (Offsets[i] + the sum over quads and k of Keys[quad, p, k] * Queries[quad, i, k]) * (KeyScales[p] * QueryScales[i]).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Tile
    {
        /// <summary>[Quads, 16 positions, 4], unsigned.</summary>
        public byte* Keys0;

        /// <summary>The panel behind it; where there is none, the same.</summary>
        public byte* Keys1;

        /// <summary>HeadDim / 4, more than 0.</summary>
        public long Quads;

        /// <summary>[Quads, 8, 4].</summary>
        public sbyte* Queries;

        /// <summary>[8].</summary>
        public float* QueryScales;

        /// <summary>[8]: -128 times the sum of a query's integers.</summary>
        public int* Offsets;

        /// <summary>[16].</summary>
        public float* KeyScales0;

        /// <summary>[16] of the panel behind.</summary>
        public float* KeyScales1;

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
