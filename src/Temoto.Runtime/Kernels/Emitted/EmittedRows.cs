using System.Runtime.InteropServices;
using Temoto.Packing;
using Temoto.Tensors;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Rows of integer weights times one token, in AVX512-VNNI instructions that .NET has no intrinsics for. The code is assembled ahead of time from tools/emit/RowsSource.cs, which says how it works.
/// </summary>
internal static unsafe class EmittedRows
{
    private const int RegisterBytes = RowsLayouts.RegisterBytes, RegisterWords = RegisterBytes / sizeof(ushort), RegisterLanes = RegisterBytes / sizeof(float);

    /// <summary>Of each layout.</summary>
    private const int ConstantRegisters = 5;

    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedRows)));

    /// <summary>For each layout: where words of weights and of scales lie, bits of weights, shifts and bits of zero points. Never freed.</summary>
    private static readonly byte* Constants = NewConstants();

    /// <summary>The code, ready to be called. Throws <see cref="System.ComponentModel.Win32Exception"/> where the system does not let it run.</summary>
    public static delegate* unmanaged<Job*, void> Load() => (delegate* unmanaged<Job*, void>)Entry.Value;

    /// <summary>
    /// What the code reads: Output[r] = sum over units and lanes of (offset[unit, lane] + the sum over the lane's columns k of weight[r, k] * x[k]) * (weightScale[r, block] * activationScale[unit, lane]), where bytes
    /// are raised by 128 and, where there are zero points, offsets are multiplied by them. A lane has four columns of bytes, or eight of nibbles: four low ones and four high ones. Even and odd units are summed apart, then both, then lanes.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Job(RowsLayout layout)
    {
        /// <summary>Of the layout's code.</summary>
        public long Number = layout.Number();

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

        /// <summary>Of the layout.</summary>
        public byte* Constants = EmittedRows.Constants + ConstantRegisters * RegisterBytes * layout.Number();

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
        public long FirstStepBytes;
        public long SecondStepBytes;

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

    private static byte* NewConstants()
    {
        var layouts = RowsLayouts.All;
        var constants = (byte*)NativeMemory.AlignedAlloc((nuint)(layouts.Length * ConstantRegisters * RegisterBytes), RegisterBytes);
        for (var number = 0; number < layouts.Length; number++)
        {
            var layout = layouts[number];
            var nibbles = layout.HasFlag(RowsLayout.Nibbles);
            var blocks = layout.HasFlag(RowsLayout.BlockScales);
            // A block in words, behind the word of its scale; the second load ends with the unit. Lanes that share a scale.
            var blockWords = nibbles ? 8 : 16;
            var secondLoad = (layout.UnitBytes() - RegisterBytes) / sizeof(ushort);
            var lanes = RegisterLanes / Math.Max(1, blocks ? layout.UnitBlocks() : layout.UnitScales());
            var words = (ushort*)(constants + ConstantRegisters * RegisterBytes * number);
            for (var word = 0; word < RegisterWords; word++)
            {
                var source = word / blockWords * (blockWords + 1) + 1 + word % blockWords;
                words[word] = (ushort)(source < RegisterWords ? source : RegisterWords + source - secondLoad);
                words[RegisterWords + word] = (ushort)(word % RegisterLanes / lanes * (blocks ? blockWords + 1 : 1));
                words[2 * RegisterWords + word] = (ushort)(nibbles ? 0x0F0F : 0x8080);
            }
            var doubleWords = (uint*)(words + 3 * RegisterWords);
            for (var lane = 0; lane < RegisterLanes; lane++)
            {
                doubleWords[lane] = (uint)(lane / lanes * 4);
                doubleWords[RegisterLanes + lane] = 0xF;
            }
        }
        return constants;
    }
}
