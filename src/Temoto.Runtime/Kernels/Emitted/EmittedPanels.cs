using System.Runtime.InteropServices;
using Temoto.Kernels.Integers;
using Temoto.Kernels.Integers.Panels;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Panels of 16 rows as they lie (<see cref="Tensors.Panels.PanelLayout"/>) times one token, in AVX512-VNNI instructions that .NET has no intrinsics for. The code is assembled ahead of time from
/// tools/emit/PanelsSource.cs, which says how it works.
/// </summary>
internal static unsafe class EmittedPanels
{
    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedPanels)));

    /// <summary>The code, ready to be called. Throws <see cref="System.ComponentModel.Win32Exception"/> where the system does not let it run.</summary>
    public static delegate* unmanaged<Job*, void> Load() => (delegate* unmanaged<Job*, void>)Entry.Value;

    /// <summary>For <see cref="Job.Number"/>.</summary>
    /// <param name="oneBlock">Whether each block has a header of its own.</param>
    /// <param name="pastCaches"><see cref="Tensors.Panels.PanelRows.PastCaches"/>.</param>
    public static int NumberOf<TKind>(bool oneBlock, bool pastCaches)
        where TKind : struct, IPanelKind => PanelForm.IndexOf<TKind>(oneBlock) + (pastCaches ? PanelForm.All.Length : 0);

    /// <summary>
    /// What the code reads: Output[p, r] = the sum over blocks b, in their order and each by a fused multiply-add, of float32(start[b, r] + sum over k of integer[p, b, r, k] * Integers[b, k]) * (scale[p, b, r] * Scales[b]),
    /// where start is Starts[b], or zero[p, b, r] * Starts[b], or 0 where there are minima; with minima then minimum[p, b, r] * MinimumFactors[b]; of six bits the same for each half h of a block, with Starts[b, h].
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Job
    {
        /// <summary>The code, as <see cref="NumberOf"/> counts them.</summary>
        public long Number;

        /// <summary>The first.</summary>
        public byte* Panels;

        /// <summary>How many; more than 0.</summary>
        public long Count;

        /// <summary>Of a row; more than 0.</summary>
        public long Blocks;

        /// <summary>Blocks that share a header.</summary>
        public long GroupBlocks;

        /// <summary>[Blocks], of activations (<see cref="QuantizedRow"/>).</summary>
        public float* Scales;

        /// <summary>[Blocks, 32].</summary>
        public sbyte* Integers;

        /// <summary>[Blocks]; of six bits [Blocks, 2].</summary>
        public int* Starts;

        /// <summary>[Blocks].</summary>
        public float* MinimumFactors;

        /// <summary>[Count, 16].</summary>
        public float* Output;
    }
}
