using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Temoto.Kernels.Integers;

namespace Temoto.Kernels.Emitted;

/// <summary>What a panel's integers stand for.</summary>
internal enum GemmKind
{
    /// <summary>Scales of blocks of 32 columns.</summary>
    Scales,

    /// <summary>The same, and minima.</summary>
    Minima,

    /// <summary>Scales of 16 columns.</summary>
    HalfBlocks,
}

/// <summary>
/// A panel of weights times a tile of tokens, in AVX512-VNNI instructions that .NET has no intrinsics for. The code is assembled ahead of time from
/// tools/emit/GemmSource.cs, which says how it works.
/// </summary>
internal static unsafe class EmittedGemm
{
    /// <summary>Rows of a panel: two registers of int32 lanes.</summary>
    public const int PanelRows = 32;

    /// <summary>The most tokens of a tile.</summary>
    public const int TileTokens = 6;

    /// <summary>Tokens of a tile, for each of which there is a code.</summary>
    public static ReadOnlySpan<int> TokenCounts => [TileTokens, 4, 2];

    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedGemm)));

    /// <summary>The code, ready to be called. Throws <see cref="System.ComponentModel.Win32Exception"/> where the system does not let it run.</summary>
    public static delegate* unmanaged<Tile*, void> Load() => (delegate* unmanaged<Tile*, void>)Entry.Value;

    /// <summary>For <see cref="Tile.Variant"/>.</summary>
    public static long VariantOf(GemmKind kind, int tokens) => (int)kind * TokenCounts.Length + TokenCounts.IndexOf(tokens);

    /// <summary>Numbers of a block and token in <see cref="Tile.TokenValues"/>.</summary>
    public static int TokenValuesOf(GemmKind kind) => kind switch { GemmKind.Minima => 1, GemmKind.HalfBlocks => 2, _ => 0 };

    /// <summary>The size of the next tile where so many tokens are left: eight are twice four.</summary>
    public static int NextTile(int tokens) => tokens switch { <= 2 => 2, 3 or 4 or 7 or 8 => 4, _ => TileTokens };

    /// <summary>
    /// What the code reads: Output[t, r] = Totals[t, r] + the sum over blocks b, in their order and each by a fused multiply-add, of
    /// (sum over k of Panel[b, k / 4, r, k % 4] * integer[t, b, k] + offset[t, b]) * (Scales[b, r] * scale[t, b]), of <see cref="GemmKind.Minima"/> then Minima[b, r] * TokenValues[b, t];
    /// of <see cref="GemmKind.HalfBlocks"/> the same for each half h of a block, with Scales[b, h, r] and TokenValues[b, h, t] in the offset's place.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Tile
    {
        /// <summary>[Blocks, 8 quads of columns, 32 rows, 4 columns], unsigned.</summary>
        public byte* Panel;

        /// <summary>[Blocks, 32 rows]; of half blocks [Blocks, 2, 32 rows].</summary>
        public float* Scales;

        /// <summary>More than 0.</summary>
        public long Blocks;

        /// <summary>From the start of a token's <see cref="QuantizedRow"/> to the scale of the first block.</summary>
        public long ScaleOffset;

        /// <summary>The same to its offset.</summary>
        public long SumOffset;

        /// <summary>The same to its integers.</summary>
        public long IntegerOffset;

        /// <summary>[tokens, 32 rows].</summary>
        public float* Totals;

        /// <summary>[tokens, 32 rows]; may be <see cref="Totals"/>.</summary>
        public float* Output;

        public Rows Activations;

        /// <summary>Kind and tokens, as <see cref="VariantOf"/> counts them.</summary>
        public long Variant;

        /// <summary>[Blocks, 32 rows]; of <see cref="GemmKind.Minima"/>.</summary>
        public float* Minima;

        /// <summary>[Blocks, tokens] float32, what minima are multiplied with; or [Blocks, 2, tokens] int32, -128 times the sum of 16 activations.</summary>
        public void* TokenValues;
    }

    /// <summary>The tokens' <see cref="QuantizedRow"/>s.</summary>
    [InlineArray(TileTokens)]
    public struct Rows
    {
        private nint first;
    }
}
