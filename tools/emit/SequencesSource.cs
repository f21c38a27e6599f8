using Iced.Intel;
using Temoto.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;
using static Temoto.Emit.RowsCode;
using static Temoto.Kernels.Emitted.RowsLayout;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: rows of integer weights times two or four tokens of different sequences, System V calling convention, <c>void (EmittedRows.Job* job)</c>.
///
/// What <see cref="RowsSource"/> does for one token, in the same order for each, with weights, scales and zero points unpacked once for all. One row at a time; activations come from memory, a unit of one
/// token behind that of the other, and even and odd units of each token have sums of their own.
/// </summary>
internal static unsafe class SequencesSource
{
    private const int RegisterBytes = RowsLayouts.RegisterBytes;

    /// <summary>How far ahead weights are asked for: a page, since the hardware's own prefetcher stops at its end.</summary>
    private const int PrefetchBytes = 4096;

    public static void Assemble(Assembler a)
    {
        a.mov(rax, Field(&Job->Number));
        a.lea(rax, __[rax + rax]);
        a.mov(rcx, Field(&Job->Tokens));
        // Two tokens or four.
        a.shr(rcx, 2);
        a.add(rax, rcx);
        Dispatch(a, rax, 2 * RowsLayouts.Plain.Length, entry => Assemble(a, RowsLayouts.Plain[entry / 2], entry % 2 == 0 ? 2 : 4));
    }

    private static void Assemble(Assembler a, RowsLayout layout, int tokens)
    {
        AssemblerRegister64 row = rax, zeros = rcx, rows = rdx, outputTokenBytes = rsi, output = r8, x = r9, source = r10, tokenOutput = r11, left = rbx, scaleRow = r12, scaleUnitBytes = r13, scales = r14;
        AssemblerRegister64[] saved = [rbx, r12, r13, r14];
        AssemblerRegisterZMM weights = zmm8, more = zmm9, scale = zmm10, zeroPoints = zmm11;
        var halves = ymm10;
        // [token, even or odd]
        AssemblerRegisterZMM[] sums = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7];
        AssemblerRegisterXMM[] lowSums = [xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7];
        AssemblerRegisterZMM[] products = [zmm12, zmm13, zmm14, zmm15];
        AssemblerRegisterZMM[] tokenScales = [zmm16, zmm17, zmm18, zmm19];

        SavedRegisters.Save(a, saved);
        a.mov(row, Field(&Job->Source));
        a.mov(rows, Field(&Job->Rows));
        a.mov(output, Field(&Job->Output));
        a.mov(outputTokenBytes, Field(&Job->OutputTokenBytes));
        a.mov(scaleRow, Field(&Job->Scales));
        a.mov(scaleUnitBytes, Field(&Job->ScaleUnitBytes));
        LoadConstants(a, layout, x);

        Label next = a.CreateLabel(), two = a.CreateLabel(), one = a.CreateLabel(), done = a.CreateLabel();
        a.Label(ref next);
        a.mov(source, row);
        a.mov(scales, scaleRow);
        if (layout.HasFlag(Zeros))
            a.mov(zeros, Field(&Job->Zeros));
        for (var sum = 0; sum < 2 * tokens; sum++)
            a.vxorps(lowSums[sum], lowSums[sum], lowSums[sum]);
        a.mov(x, Field(&Job->Activations));
        a.mov(left, Field(&Job->Units));
        a.sub(left, 2);
        a.jl(one);
        a.Label(ref two);
        Unit(0);
        Unit(1);
        a.add(source, 2 * layout.UnitBytes());
        a.add(x, 2 * tokens * layout.ActivationBytes());
        a.sub(left, 2);
        a.jge(two);
        a.Label(ref one);
        a.cmp(left, -1);
        a.jne(done);
        Unit(0);
        a.Label(ref done);

        for (var token = 0; token < tokens; token++)
            a.vaddps(sums[2 * token], sums[2 * token], sums[2 * token + 1]);
        a.mov(tokenOutput, output);
        for (var token = 0; token < tokens; token += 2)
            Store(sums[2 * token], sums[2 * token + 2]);
        a.add(row, Field(&Job->RowBytes));
        if (layout.HasFlag(Zeros))
        {
            a.mov(zeros, Field(&Job->ZeroRowBytes));
            a.add(Field(&Job->Zeros), zeros);
        }
        a.add(scaleRow, Field(&Job->ScaleRowBytes));
        a.add(output, 4);
        a.sub(rows, 1);
        a.jg(next);
        SavedRegisters.Return(a, saved);

        void Store(AssemblerRegisterZMM first, AssemblerRegisterZMM second)
        {
            var secondSum = SumLanes(a, first, second, zmm12, zmm12, zmm13);
            a.vmovss(__dword_ptr[tokenOutput], xmm12);
            a.add(tokenOutput, outputTokenBytes);
            a.vmovss(__dword_ptr[tokenOutput], secondSum);
            a.add(tokenOutput, outputTokenBytes);
        }

        void Unit(int unit)
        {
            var start = layout.UnitBytes() * unit;
            a.vmovdqu32(weights, __zmmword_ptr[source + start]);
            a.prefetcht0(__byte_ptr[source + start + PrefetchBytes]);
            SpreadScales(a, layout, __zmmword_ptr[source + start], scales, scaleUnitBytes, weights, more, scale, halves);
            a.vcvtph2ps(scale, halves);
            if (layout.HasFlag(Zeros))
            {
                SpreadZeros(a, layout, unit, zeros, zeroPoints);
                NextZeros(a, layout, unit, zeros);
            }
            if (layout.HasFlag(Nibbles))
            {
                a.vpandd(more, weights, Bits);
                a.vpsrlw(weights, weights, 4);
                a.vpandd(weights, weights, Bits);
            }
            else
            {
                a.vpxord(weights, weights, Bits);
            }
            for (var token = 0; token < tokens; token++)
            {
                var at = layout.ActivationBytes() * (unit * tokens + token);
                var offsets = at + layout.ActivationBytes() - 2 * RegisterBytes;
                if (layout.HasFlag(Zeros))
                    a.vpmulld(products[token], zeroPoints, __zmmword_ptr[x + offsets]);
                else
                    a.vmovdqu32(products[token], __zmmword_ptr[x + offsets]);
                if (layout.HasFlag(Nibbles))
                {
                    a.vpdpbusd(products[token], more, __zmmword_ptr[x + at]);
                    a.vpdpbusd(products[token], weights, __zmmword_ptr[x + at + RegisterBytes]);
                }
                else
                {
                    a.vpdpbusd(products[token], weights, __zmmword_ptr[x + at]);
                }
                a.vmulps(tokenScales[token], scale, __zmmword_ptr[x + offsets + RegisterBytes]);
                a.vcvtdq2ps(products[token], products[token]);
                a.vfmadd231ps(sums[2 * token + unit], products[token], tokenScales[token]);
            }
        }
    }
}
