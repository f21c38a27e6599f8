using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Temoto.Kernels.Integers;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// A panel of weights times a tile of tokens, in AVX512-VNNI instructions that .NET has no intrinsics for. The code is assembled ahead of time from
/// tools/emit/GemmSource.cs, which says how it works.
/// </summary>
internal static unsafe class EmittedGemm
{
    /// <summary>Rows of a panel: two registers of int32 lanes.</summary>
    public const int PanelRows = 32;

    /// <summary>Tokens of a tile.</summary>
    public const int TileTokens = 6;

    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedGemm)));

    /// <summary>The code, ready to be called. Throws <see cref="System.ComponentModel.Win32Exception"/> where the system does not let it run.</summary>
    public static delegate* unmanaged<Tile*, void> Load() => (delegate* unmanaged<Tile*, void>)Entry.Value;

    /// <summary>
    /// What the code reads: Output[t, r] = Totals[t, r] + the sum over blocks b, in their order and each by a fused multiply-add, of
    /// (sum over k of Panel[b, k / 4, r, k % 4] * integer[t, b, k] + offset[t, b]) * (Scales[b, r] * scale[t, b]).
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Tile
    {
        /// <summary>[Blocks, 8 quads of columns, 32 rows, 4 columns], unsigned.</summary>
        public byte* Panel;

        /// <summary>[Blocks, 32 rows].</summary>
        public float* Scales;

        /// <summary>More than 0.</summary>
        public long Blocks;

        /// <summary>From the start of a token's <see cref="QuantizedRow"/> to the scale of the first block.</summary>
        public long ScaleOffset;

        /// <summary>The same to its offset.</summary>
        public long SumOffset;

        /// <summary>The same to its integers.</summary>
        public long IntegerOffset;

        /// <summary>[6 tokens, 32 rows].</summary>
        public float* Totals;

        /// <summary>[6 tokens, 32 rows]; may be <see cref="Totals"/>.</summary>
        public float* Output;

        public Rows Activations;
    }

    /// <summary>The tokens' <see cref="QuantizedRow"/>s.</summary>
    [InlineArray(TileTokens)]
    public struct Rows
    {
        private nint first;
    }
}
