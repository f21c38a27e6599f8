using Iced.Intel;
using Temoto.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;
using static Temoto.Kernels.Emitted.RowsLayout;

namespace Temoto.Emit;

/// <summary>What <see cref="RowsSource"/> and <see cref="SequencesSource"/> do alike: how a unit's scales and zero points are spread over its lanes, and how lanes are added up.</summary>
internal static unsafe class RowsCode
{
    public static readonly EmittedRows.Job* Job = (EmittedRows.Job*)Start;

    private const int RegisterBytes = RowsLayouts.RegisterBytes;

    /// <summary>What a layout's constants are loaded to.</summary>
    private static readonly AssemblerRegisterZMM WeightWords = zmm31, ScaleWords = zmm30, ZeroShifts = zmm28, ZeroBits = zmm27;

    /// <summary>Bits of nibbles, or what raises bytes.</summary>
    public static readonly AssemblerRegisterZMM Bits = zmm29;

    /// <summary>Goes to the code whose number is in <paramref name="number"/>, and writes it for each.</summary>
    /// <param name="body">Takes the number; what it writes returns.</param>
    public static void Dispatch(Assembler a, AssemblerRegister64 number, int count, Action<int> body)
    {
        var entries = Enumerable.Range(0, count).Select(_ => a.CreateLabel()).ToArray();
        for (var i = 1; i < count; i++)
        {
            a.cmp(number, i);
            a.je(entries[i]);
        }
        for (var i = 0; i < count; i++)
        {
            a.Label(ref entries[i]);
            body(i);
        }
    }

    public static void LoadConstants(Assembler a, RowsLayout layout, AssemblerRegister64 constants)
    {
        a.mov(constants, Field(&Job->Constants));
        a.vmovdqu32(WeightWords, __zmmword_ptr[constants]);
        a.vmovdqu32(ScaleWords, __zmmword_ptr[constants + RegisterBytes]);
        a.vmovdqu32(Bits, __zmmword_ptr[constants + 2 * RegisterBytes]);
        if (!layout.HasFlag(Zeros))
            return;
        a.vmovdqu32(ZeroShifts, __zmmword_ptr[constants + 3 * RegisterBytes]);
        a.vmovdqu32(ZeroBits, __zmmword_ptr[constants + 4 * RegisterBytes]);
    }

    /// <summary>Each block's scale in its lanes, as half floats. Of a block that begins with it, the weights are put together on the way.</summary>
    /// <param name="unit">Where the unit's weights begin.</param>
    /// <param name="weights">Its first 64 bytes.</param>
    /// <param name="halves">The lower half of <paramref name="scale"/>, which is where they go.</param>
    public static void SpreadScales(
        Assembler a,
        RowsLayout layout,
        AssemblerMemoryOperand unit,
        AssemblerRegister64 scales,
        AssemblerRegister64 scaleUnitBytes,
        AssemblerRegisterZMM weights,
        AssemblerRegisterZMM more,
        AssemblerRegisterZMM scale,
        AssemblerRegisterYMM halves)
    {
        if (layout.HasFlag(BlockScales))
        {
            a.vmovdqu32(more, unit + (layout.UnitBytes() - RegisterBytes));
            a.vpermw(scale, ScaleWords, weights);
            a.vpermt2w(weights, WeightWords, more);
            return;
        }
        if (layout.UnitScales() == 1)
        {
            a.vpbroadcastw(halves, __word_ptr[scales]);
        }
        else
        {
            if (layout.UnitScales() == 2)
                a.vpbroadcastd(halves, __dword_ptr[scales]);
            else
                a.vpbroadcastq(halves, __qword_ptr[scales]);
            a.vpermw(scale, ScaleWords, scale);
        }
        a.add(scales, scaleUnitBytes);
    }

    /// <summary>Each block's zero point in its four lanes.</summary>
    /// <param name="unit">0 for even units, 1 for odd ones.</param>
    public static void SpreadZeros(Assembler a, RowsLayout layout, int unit, AssemblerRegister64 zeros, AssemblerRegisterZMM target)
    {
        if (layout.UnitScales() == 4)
            a.vpbroadcastw(target, __word_ptr[zeros]);
        else
            a.vpbroadcastb(target, __byte_ptr[zeros]);
        // One zero point in a unit: even units have the low nibble of a byte, odd ones the high nibble.
        if (layout.UnitScales() > 1)
            a.vpsrlvd(target, target, ZeroShifts);
        else if (unit == 1)
            a.vpsrld(target, target, 4);
        a.vpandd(target, target, ZeroBits);
    }

    /// <summary>On to the next unit's zero points, once <see cref="SpreadZeros"/> has had what it needs of these.</summary>
    public static void NextZeros(Assembler a, RowsLayout layout, int unit, AssemblerRegister64 zeros)
    {
        if (layout.UnitScales() > 1 || unit == 1)
            a.add(zeros, Math.Max(1, layout.UnitScales() / 2));
    }

    /// <summary>Sums of the lanes of two registers: that of the first comes into the lowest lane of <paramref name="target"/>, which may be <paramref name="first"/> or <paramref name="low"/>.</summary>
    /// <returns>Where that of the second is.</returns>
    public static AssemblerRegisterXMM SumLanes(Assembler a, AssemblerRegisterZMM first, AssemblerRegisterZMM second, AssemblerRegisterZMM target, AssemblerRegisterZMM low, AssemblerRegisterZMM high)
    {
        var spare = target == low ? high : low;
        // Halves of both side by side, then lanes.
        a.vshuff64x2(low, first, second, 0b01_00_01_00);
        a.vshuff64x2(high, first, second, 0b11_10_11_10);
        a.vaddps(target, low, high);
        a.vshuff64x2(spare, target, target, 0b10_11_00_01);
        a.vaddps(target, target, spare);
        a.vpermilps(spare, target, 0b01_00_11_10);
        a.vaddps(target, target, spare);
        a.vpermilps(spare, target, 0b10_11_00_01);
        a.vaddps(target, target, spare);
        var sum = Lowest(spare);
        a.vextractf32x4(sum, target, 2);
        return sum;
    }

    /// <summary>The lowest four lanes of a register.</summary>
    private static AssemblerRegisterXMM Lowest(AssemblerRegisterZMM register) => new((Register)((int)Register.XMM0 + (register.Value - Register.ZMM0)));
}
