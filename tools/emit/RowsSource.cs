using Iced.Intel;
using Temoto.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;
using static Temoto.Emit.RowsCode;
using static Temoto.Kernels.Emitted.RowsLayout;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: rows of integer weights times one token, System V calling convention, <c>void (EmittedRows.Job* job)</c>.
///
/// A unit is a register of weights: four blocks of 32 nibbles, or two of bytes (raised by 128 to be unsigned). A lane sums its products exactly, starting at what raising and zero points make too much, becomes a float, and
/// is added times weight scale and activation scale. Scales of GGUF blocks lie between the weights: a permutation of words takes weights out of two loads, another takes scales and repeats each
/// for its block's lanes. Others lie by themselves. Rows in the escape code (EscapeCode) become bytes in a register: a permutation brings the bytes of eight IDs together, a shift of bytes out of quadwords takes each ID down,
/// a look-up in two registers turns it into its byte, and where it is an escape the next of the row's escapes takes its place. Two rows at a time share the loads of activations; even and odd units have sums of their own, so that an addition need not wait for the one before.
/// </summary>
internal static unsafe class RowsSource
{
    private const int RegisterBytes = RowsLayouts.RegisterBytes;

    /// <summary>How far ahead weights are asked for. Two rows are read in turn, which the hardware's own prefetchers do not follow; half as far, and the memory gives a fifth less (measured).</summary>
    private const int PrefetchBytes = 8192;

    private static readonly EmittedRows.EscapedSource* Escaped = (EmittedRows.EscapedSource*)Start;

    public static void Assemble(Assembler a)
    {
        a.mov(rax, Field(&Job->Number));
        Dispatch(a, rax, RowsLayouts.All.Length, number => Assemble(a, RowsLayouts.All[number]));
    }

    private static void Assemble(Assembler a, RowsLayout layout)
    {
        AssemblerRegister64 row = rax, firstZeros = rcx, rows = rdx, secondZeros = rsi, output = r8, x = r9, first = r10, second = r11, left = rbx, secondOutput = rbp;
        AssemblerRegister64 scaleRow = r12, scaleUnitBytes = r13, firstScales = r14, secondScales = r15;
        AssemblerRegister64[] saved = [rbx, rbp, r12, r13, r14, r15];
        // Of each row in the escape code.
        AssemblerRegisterZMM[] firstShuffles = [zmm16, zmm17, zmm18, zmm19, zmm20], secondShuffles = [zmm21, zmm22, zmm23, zmm24, zmm25];
        AssemblerRegisterZMM firstScale = zmm26, secondScale = zmm28;
        AssemblerRegister64 firstEscapes = rcx, secondEscapes = rsi, scratch = rax;
        // [row, even or odd]
        AssemblerRegisterZMM[] sums = [zmm0, zmm1, zmm2, zmm3];
        AssemblerRegisterXMM[] lowSums = [xmm0, xmm1, xmm2, xmm3];

        SavedRegisters.Save(a, saved);
        a.mov(row, Field(&Job->Source));
        a.mov(rows, Field(&Job->Rows));
        a.mov(output, Field(&Job->Output));
        a.mov(scaleRow, Field(&Job->Scales));
        a.mov(scaleUnitBytes, Field(&Job->ScaleUnitBytes));
        LoadConstants(a, layout, x);

        Label pair = a.CreateLabel(), two = a.CreateLabel(), one = a.CreateLabel(), done = a.CreateLabel();
        a.Label(ref pair);
        // A row that has no other is computed twice, and its second sum is stored first.
        if (layout.HasFlag(Ids))
        {
            FirstAndSecond();
            Open(row, first, firstEscapes, firstShuffles, &Job->FirstStepBytes);
            Open(left, second, secondEscapes, secondShuffles, &Job->SecondStepBytes);
        }
        else
        {
            a.mov(first, row);
            a.mov(second, row);
            a.add(second, Field(&Job->RowBytes));
        }
        a.mov(firstScales, scaleRow);
        a.mov(secondScales, scaleRow);
        a.add(secondScales, Field(&Job->ScaleRowBytes));
        if (layout.HasFlag(Zeros))
        {
            a.mov(firstZeros, Field(&Job->Zeros));
            a.mov(secondZeros, firstZeros);
            a.add(secondZeros, Field(&Job->ZeroRowBytes));
        }
        a.lea(secondOutput, __[output + 4]);
        a.cmp(rows, 1);
        if (!layout.HasFlag(Ids))
            a.cmove(second, first);
        a.cmove(secondScales, firstScales);
        if (layout.HasFlag(Zeros))
            a.cmove(secondZeros, firstZeros);
        a.cmove(secondOutput, output);
        if (layout.HasFlag(RowScale))
        {
            a.vpbroadcastw(ymm10, __word_ptr[firstScales]);
            a.vpbroadcastw(ymm14, __word_ptr[secondScales]);
            a.vcvtph2ps(firstScale, ymm10);
            a.vcvtph2ps(secondScale, ymm14);
        }
        foreach (var sum in lowSums)
            a.vxorps(sum, sum, sum);
        a.mov(x, Field(&Job->Activations));
        a.mov(left, Field(&Job->Units));
        a.sub(left, 2);
        a.jl(one);
        a.Label(ref two);
        Unit(0);
        Unit(1);
        if (!layout.HasFlag(Ids))
        {
            a.add(first, 2 * layout.UnitBytes());
            a.add(second, 2 * layout.UnitBytes());
        }
        a.add(x, 2 * layout.ActivationBytes());
        a.sub(left, 2);
        a.jge(two);
        a.Label(ref one);
        a.cmp(left, -1);
        a.jne(done);
        Unit(0);
        a.Label(ref done);

        a.vaddps(zmm0, zmm0, zmm1);
        a.vaddps(zmm2, zmm2, zmm3);
        var secondSum = SumLanes(a, zmm0, zmm2, zmm0, zmm1, zmm3);
        a.vmovss(__dword_ptr[secondOutput], secondSum);
        a.vmovss(__dword_ptr[output], xmm0);
        if (layout.HasFlag(Ids))
        {
            // Where the escapes have come to is for the caller to compare.
            FirstAndSecond();
            a.mov(Field(row, &Escaped->Escapes), firstEscapes);
            a.mov(Field(left, &Escaped->Escapes), secondEscapes);
            a.add(Field(&Job->Source), 2 * sizeof(EmittedRows.EscapedSource));
        }
        else
        {
            a.add(row, Field(&Job->RowBytes));
            a.add(row, Field(&Job->RowBytes));
        }
        if (layout.HasFlag(Zeros))
        {
            a.mov(firstZeros, Field(&Job->ZeroRowBytes));
            a.add(Field(&Job->Zeros), firstZeros);
            a.add(Field(&Job->Zeros), firstZeros);
        }
        a.add(scaleRow, Field(&Job->ScaleRowBytes));
        a.add(scaleRow, Field(&Job->ScaleRowBytes));
        a.add(output, 8);
        a.sub(rows, 2);
        a.jg(pair);
        SavedRegisters.Return(a, saved);

        // The second is the first where there is no other.
        void FirstAndSecond()
        {
            a.mov(row, Field(&Job->Source));
            a.lea(left, __[row + sizeof(EmittedRows.EscapedSource)]);
            a.cmp(rows, 1);
            a.cmove(left, row);
        }

        void Open(AssemblerRegister64 source, AssemblerRegister64 ids, AssemblerRegister64 escapes, AssemblerRegisterZMM[] shuffles, void* stepBytes)
        {
            a.mov(ids, Field(source, &Escaped->Ids));
            a.mov(escapes, Field(source, &Escaped->Escapes));
            a.mov(x, Field(source, &Escaped->Shuffles));
            for (var i = 0; i < shuffles.Length; i++)
                a.vmovdqu32(shuffles[i], __zmmword_ptr[x + i * RegisterBytes]);
            a.mov(x, Field(source, &Escaped->StepBytes));
            a.mov(Field(stepBytes), x);
        }

        void Unescape(AssemblerRegister64 ids, AssemblerRegister64 escapes, AssemblerRegisterZMM[] shuffles, void* stepBytes, AssemblerRegisterK escaped, AssemblerRegisterZMM weights)
        {
            a.prefetcht0(__byte_ptr[ids + PrefetchBytes]);
            a.vpermb(weights, shuffles[0], __zmmword_ptr[ids]);
            a.vpmultishiftqb(weights, shuffles[1], weights);
            if (layout.HasFlag(Escapes))
                a.vptestnmb(escaped, weights, shuffles[2]);
            a.vpermi2b(weights, shuffles[3], shuffles[4]);
            if (layout.HasFlag(Escapes))
            {
                a.vpexpandb(escaped == k1 ? weights.k1 : weights.k2, __zmmword_ptr[escapes]);
                a.kmovq(scratch, escaped);
                a.popcnt(scratch, scratch);
                a.add(escapes, scratch);
            }
            a.add(ids, Field(stepBytes));
        }

        void Unit(int unit)
        {
            AssemblerRegisterZMM low = zmm4, high = zmm5, offsets = zmm6, activationScales = zmm7;
            var at = layout.ActivationBytes() * unit;
            a.vmovdqu32(low, __zmmword_ptr[x + at]);
            if (layout.HasFlag(Nibbles))
                a.vmovdqu32(high, __zmmword_ptr[x + at + RegisterBytes]);
            a.vmovdqu32(offsets, __zmmword_ptr[x + at + layout.ActivationBytes() - 2 * RegisterBytes]);
            a.vmovups(activationScales, __zmmword_ptr[x + at + layout.ActivationBytes() - RegisterBytes]);
            Row(unit, first, firstScales, firstZeros, zmm8, zmm9, zmm10, ymm10, zmm11);
            Row(unit, second, secondScales, secondZeros, zmm12, zmm13, zmm14, ymm14, zmm15);

            void Row(int unit, AssemblerRegister64 source, AssemblerRegister64 scales, AssemblerRegister64 zeros, AssemblerRegisterZMM weights, AssemblerRegisterZMM more, AssemblerRegisterZMM scale, AssemblerRegisterYMM halves, AssemblerRegisterZMM products)
            {
                var start = layout.UnitBytes() * unit;
                if (layout.HasFlag(Ids))
                {
                    if (source == first)
                        Unescape(first, firstEscapes, firstShuffles, &Job->FirstStepBytes, k1, weights);
                    else
                        Unescape(second, secondEscapes, secondShuffles, &Job->SecondStepBytes, k2, weights);
                }
                else
                {
                    a.vmovdqu32(weights, __zmmword_ptr[source + start]);
                    a.prefetcht0(__byte_ptr[source + start + PrefetchBytes]);
                    // Two units with their scales touch three lines.
                    if (layout.HasFlag(BlockScales) && unit == 1)
                        a.prefetcht0(__byte_ptr[source + start + PrefetchBytes + RegisterBytes]);
                }
                if (!layout.HasFlag(RowScale))
                {
                    SpreadScales(a, layout, __zmmword_ptr[source + start], scales, scaleUnitBytes, weights, more, scale, halves);
                    a.vcvtph2ps(scale, halves);
                }
                if (layout.HasFlag(Zeros))
                {
                    SpreadZeros(a, layout, unit, zeros, products);
                    a.vpmulld(products, products, offsets);
                    NextZeros(a, layout, unit, zeros);
                }
                else
                {
                    a.vmovdqa64(products, offsets);
                }
                if (layout.HasFlag(Nibbles))
                {
                    a.vpandd(more, weights, Bits);
                    a.vpsrlw(weights, weights, 4);
                    a.vpandd(weights, weights, Bits);
                    a.vpdpbusd(products, more, low);
                    a.vpdpbusd(products, weights, high);
                }
                else
                {
                    a.vpxord(weights, weights, Bits);
                    a.vpdpbusd(products, weights, low);
                }
                a.vmulps(scale, !layout.HasFlag(RowScale) ? scale : source == first ? firstScale : secondScale, activationScales);
                a.vcvtdq2ps(products, products);
                a.vfmadd231ps(sums[source == first ? unit : 2 + unit], products, scale);
            }
        }
    }
}
