using Iced.Intel;
using Temoto.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: a panel of 32 rows times six tokens, System V calling convention, <c>void (EmittedGemm.Tile* tile)</c>.
///
/// Rows are lanes, two registers of them; 12 int32 sums and 12 float32 totals stay in registers. Of a block of 32 columns, each of its 8 quads costs two loads of weights, six
/// broadcasts of activations and 12 vpdpbusd, two per cycle (Zen 5): the broadcasts are loads, which go beside. At the end of a block, 12 sums become floats (on the adders, beside),
/// their scales are multiplied and the block is added: two more instructions on the multipliers for every eight, so that 80 % of the peak is the bound.
/// Sums start at the offset of the activations, -128 times their sum, since weights were raised by 128.
/// </summary>
internal static unsafe class GemmSource
{
    private const int Tokens = EmittedGemm.TileTokens;
    private const int QuadsPerBlock = 8;

    /// <summary>Bytes of a register, and of a quad of columns in a panel: 32 rows of four.</summary>
    private const int RegisterBytes = 64, QuadBytes = 2 * RegisterBytes;

    private static readonly EmittedGemm.Tile* Tile = (EmittedGemm.Tile*)Start;

    public static void Assemble(Assembler a)
    {
        AssemblerRegister64 panel = rax, scales = rcx, blocks = rdx, scaleAt = rsi, sumAt = r8, integerAt = r9, totals = r10;
        AssemblerRegister64[] x = [r11, rbx, rbp, r12, r13, r14];
        AssemblerRegister64[] saved = [rbx, rbp, r12, r13, r14];
        // [token, register]
        AssemblerRegisterZMM[] sums = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11];
        AssemblerRegisterZMM[] floats = [zmm12, zmm13, zmm14, zmm15, zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23];
        AssemblerRegisterZMM low = zmm24, high = zmm25;
        // In turn, so that a broadcast waits for nobody.
        AssemblerRegisterZMM[] spare = [zmm26, zmm27, zmm28, zmm29];

        foreach (var register in saved)
            a.push(register);
        a.mov(panel, Field(&Tile->Panel));
        a.mov(scales, Field(&Tile->Scales));
        a.mov(blocks, Field(&Tile->Blocks));
        a.mov(scaleAt, Field(&Tile->ScaleOffset));
        a.mov(sumAt, Field(&Tile->SumOffset));
        a.mov(integerAt, Field(&Tile->IntegerOffset));
        a.mov(totals, Field(&Tile->Totals));
        for (var token = 0; token < Tokens; token++)
            a.mov(x[token], Field(&Tile->Activations) + 8 * token);
        for (var i = 0; i < floats.Length; i++)
            a.vmovups(floats[i], __zmmword_ptr[totals + RegisterBytes * i]);

        var block = a.CreateLabel("block");
        a.Label(ref block);
        for (var token = 0; token < Tokens; token++)
        {
            a.vpbroadcastd(sums[2 * token], __dword_ptr[x[token] + sumAt]);
            a.vmovdqa64(sums[2 * token + 1], sums[2 * token]);
        }
        for (var quad = 0; quad < QuadsPerBlock; quad++)
        {
            a.vmovdqu32(low, __zmmword_ptr[panel + QuadBytes * quad]);
            a.vmovdqu32(high, __zmmword_ptr[panel + QuadBytes * quad + RegisterBytes]);
            for (var token = 0; token < Tokens; token++)
            {
                var columns = spare[token % spare.Length];
                a.vpbroadcastd(columns, __dword_ptr[x[token] + integerAt + 4 * quad]);
                a.vpdpbusd(sums[2 * token], low, columns);
                a.vpdpbusd(sums[2 * token + 1], high, columns);
            }
        }
        a.vmovups(low, __zmmword_ptr[scales]);
        a.vmovups(high, __zmmword_ptr[scales + RegisterBytes]);
        for (var token = 0; token < Tokens; token++)
        {
            AssemblerRegisterZMM first = spare[2 * token % spare.Length], second = spare[(2 * token + 1) % spare.Length];
            a.vbroadcastss(second, __dword_ptr[x[token] + scaleAt]);
            a.vcvtdq2ps(sums[2 * token], sums[2 * token]);
            a.vcvtdq2ps(sums[2 * token + 1], sums[2 * token + 1]);
            a.vmulps(first, low, second);
            a.vmulps(second, high, second);
            a.vfmadd231ps(floats[2 * token], sums[2 * token], first);
            a.vfmadd231ps(floats[2 * token + 1], sums[2 * token + 1], second);
        }
        a.add(panel, QuadsPerBlock * QuadBytes);
        a.add(scales, QuadBytes);
        a.add(scaleAt, 4);
        a.add(sumAt, 4);
        a.add(integerAt, 4 * QuadsPerBlock);
        a.dec(blocks);
        a.jne(block);

        a.mov(totals, Field(&Tile->Output));
        for (var i = 0; i < floats.Length; i++)
            a.vmovups(__zmmword_ptr[totals + RegisterBytes * i], floats[i]);
        a.vzeroupper();
        foreach (var register in saved.Reverse())
            a.pop(register);
        a.ret();
    }
}
