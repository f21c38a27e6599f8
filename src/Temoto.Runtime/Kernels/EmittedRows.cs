using System.Runtime.InteropServices;
using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// Rows of integer weights times one token, in AVX512-VNNI instructions that .NET has no intrinsics for. The code is assembled ahead of time from tools/emit/RowsSource.cs, which says how it works.
/// </summary>
internal static unsafe class EmittedRows
{
    /// <summary>How weights lie. Nibbles: a unit is four blocks of 32 columns; bytes: two.</summary>
    public enum Kind : long
    {
        /// <summary>Blocks of a half float scale and nibbles.</summary>
        Q4,

        /// <summary>Blocks of a half float scale and bytes.</summary>
        Q8,

        /// <summary>Nibbles, a scale per unit (or for more, where the units' scales lie 0 bytes apart).</summary>
        NibblesOneScale,

        /// <summary>Nibbles, a scale per two blocks.</summary>
        NibblesTwoScales,

        /// <summary>Nibbles, a scale per block.</summary>
        NibblesFourScales,

        /// <summary>Bytes, a scale per unit (or for more).</summary>
        BytesOneScale,

        /// <summary>Bytes, a scale per block.</summary>
        BytesTwoScales,

        /// <summary>Nibbles, a scale and a zero point per unit.</summary>
        NibblesOneZero,

        /// <summary>Nibbles, a scale and a zero point per two blocks.</summary>
        NibblesTwoZeros,

        /// <summary>Nibbles, a scale and a zero point per block.</summary>
        NibblesFourZeros,

        /// <summary><see cref="NibblesOneScale"/>, rows in the escape code with escapes.</summary>
        EscapedNibblesOneScale,

        /// <summary><see cref="NibblesTwoScales"/>, rows in the escape code with escapes.</summary>
        EscapedNibblesTwoScales,

        /// <summary><see cref="NibblesFourScales"/>, rows in the escape code with escapes.</summary>
        EscapedNibblesFourScales,

        /// <summary><see cref="NibblesOneScale"/>, the same for the whole row, rows in the escape code with escapes.</summary>
        EscapedNibblesRowScale,

        /// <summary><see cref="BytesOneScale"/>, rows in the escape code with escapes.</summary>
        EscapedBytesOneScale,

        /// <summary><see cref="BytesTwoScales"/>, rows in the escape code with escapes.</summary>
        EscapedBytesTwoScales,

        /// <summary><see cref="BytesOneScale"/>, the same for the whole row, rows in the escape code with escapes.</summary>
        EscapedBytesRowScale,

        /// <summary><see cref="NibblesOneScale"/>, rows in the escape code without escapes.</summary>
        IdNibblesOneScale,

        /// <summary><see cref="NibblesTwoScales"/>, rows in the escape code without escapes.</summary>
        IdNibblesTwoScales,

        /// <summary><see cref="NibblesFourScales"/>, rows in the escape code without escapes.</summary>
        IdNibblesFourScales,

        /// <summary><see cref="NibblesOneScale"/>, the same for the whole row, rows in the escape code without escapes.</summary>
        IdNibblesRowScale,

        /// <summary><see cref="BytesOneScale"/>, rows in the escape code without escapes.</summary>
        IdBytesOneScale,

        /// <summary><see cref="BytesTwoScales"/>, rows in the escape code without escapes.</summary>
        IdBytesTwoScales,

        /// <summary><see cref="BytesOneScale"/>, the same for the whole row, rows in the escape code without escapes.</summary>
        IdBytesRowScale,
    }

    private const int RegisterBytes = 64;

    /// <summary>Of each kind.</summary>
    private const int ConstantRegisters = 5;

    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedRows)));

    /// <summary>For each kind: where words of weights and of scales lie, bits of weights, shifts and bits of zero points. Never freed.</summary>
    private static readonly byte* Constants = NewConstants();

    /// <summary>The code, ready to be called. Throws <see cref="System.ComponentModel.Win32Exception"/> where the system does not let it run.</summary>
    public static delegate* unmanaged<Job*, void> Load() => (delegate* unmanaged<Job*, void>)Entry.Value;

    /// <summary>
    /// What the code reads: Output[r] = sum over units and lanes of (offset[unit, lane] + the sum over the lane's columns k of weight[r, k] * x[k]) * (weightScale[r, block] * activationScale[unit, lane]), where bytes
    /// are raised by 128 and, where there are zero points, offsets are multiplied by them. A lane has four columns of bytes, or eight of nibbles: four low ones and four high ones. Even and odd units are summed apart, then both, then lanes.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Job(Kind kind)
    {
        private readonly Kind kind = kind;

        /// <summary>The first row; in the escape code an <see cref="EscapedSource"/> for each.</summary>
        public byte* Source;
        public long RowBytes;

        /// <summary>More than 0.</summary>
        public long Rows;

        /// <summary>More than 0.</summary>
        public long Units;

        /// <summary>[Units]: activations that meet low nibbles or bytes, [64] int8, those that meet high nibbles, [64] int8, if there are, offsets, [16] int32, and scales, [16] float32.</summary>
        public byte* Activations;

        /// <summary>[Rows].</summary>
        public float* Output;

        private readonly byte* constants = Constants + ConstantRegisters * RegisterBytes * (long)kind;

        /// <summary>Half floats that lie by themselves, or null.</summary>
        public ushort* Scales;

        /// <summary>From one row's scales to the next's.</summary>
        public long ScaleRowBytes;

        /// <summary>From one unit's scales to the next's.</summary>
        public long ScaleUnitBytes;

        /// <summary>Zero points, two in a byte, or null. The code leaves it somewhere else.</summary>
        public byte* Zeros;

        /// <summary>From one row's zero points to the next's.</summary>
        public long ZeroRowBytes;

        // The code's own: bytes of the IDs of a unit, of both rows.
        private readonly long firstStepBytes;
        private readonly long secondStepBytes;

        /// <summary>Two or four, for <see cref="EmittedSequences"/>; not looked at where there is one.</summary>
        public long Tokens;

        /// <summary>From one token's output to the next's.</summary>
        public long OutputTokenBytes;
    }

    /// <summary>
    /// A row in the escape code, of IDs. Up to <see cref="EscapedRows.ReadAheadBytes"/> are read from any of its IDs on, and as many from where its escapes end: whatever the IDs are, not more than one for each.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct EscapedSource(EscapedRow row, byte* shuffles)
    {
        public readonly byte* Ids = row.Ids;

        /// <summary>The first escape; the code leaves it behind the last.</summary>
        public byte* Escapes = row.Escapes;

        public readonly byte* Shuffles = shuffles + (row.Width - 1) * EscapeCode.ShuffleBytes;
        public readonly long StepBytes = EscapeCode.UnitIds / 8 * row.Width;
    }

    private static bool HasBytes(Kind kind) => kind is Kind.Q8 or Kind.BytesOneScale or Kind.BytesTwoScales or Kind.EscapedBytesOneScale or Kind.EscapedBytesTwoScales or Kind.EscapedBytesRowScale
        or Kind.IdBytesOneScale or Kind.IdBytesTwoScales or Kind.IdBytesRowScale;

    private static byte* NewConstants()
    {
        var kinds = Enum.GetValues<Kind>();
        var constants = (byte*)NativeMemory.AlignedAlloc((nuint)(kinds.Length * ConstantRegisters * RegisterBytes), RegisterBytes);
        foreach (var kind in kinds)
        {
            var words = (ushort*)(constants + ConstantRegisters * RegisterBytes * (long)kind);
            for (var word = 0; word < 32; word++)
            {
                // Blocks of 9 words, the second load starting 4 words later; blocks of 17, 2 words later.
                var source = kind == Kind.Q4 ? word / 8 * 9 + 1 + word % 8 : word / 16 * 17 + 1 + word % 16;
                words[word] = (ushort)(source < 32 ? source : source + (kind == Kind.Q4 ? 28 : 30));
                words[32 + word] = (ushort)(kind switch
                {
                    Kind.Q4 => word % 16 / 4 * 9,
                    Kind.Q8 => word % 16 / 8 * 17,
                    Kind.NibblesFourScales or Kind.NibblesFourZeros or Kind.EscapedNibblesFourScales or Kind.IdNibblesFourScales => word % 16 / 4,
                    _ => word % 16 / 8,
                });
                words[64 + word] = (ushort)(HasBytes(kind) ? 0x8080 : 0x0F0F);
            }
            var doubleWords = (uint*)(words + 96);
            for (var lane = 0; lane < 16; lane++)
            {
                doubleWords[lane] = (uint)(kind == Kind.NibblesFourZeros ? lane / 4 * 4 : lane / 8 * 4);
                doubleWords[16 + lane] = 0xF;
            }
        }
        return constants;
    }
}
