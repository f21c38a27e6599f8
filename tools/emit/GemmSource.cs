using Iced.Intel;
using Temoto.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: a panel of 32 rows times some tokens, System V calling convention, <c>void (EmittedGemm.Tile* tile)</c>. A code for each kind of weights and number of tokens; which one is asked for is looked up first.
///
/// Rows are lanes, two registers of them; int32 sums and float32 totals stay in registers, 12 of each for six tokens. Of a block of 32 columns, each of its 8 quads costs two loads of weights, a
/// broadcast of activations for each token and two vpdpbusd, two per cycle (Zen 5): the broadcasts are loads, which go beside. At the end of a block, the sums become floats (on the adders, beside),
/// their scales are multiplied and the block is added: two more instructions on the multipliers for every eight, so that 80 % of the peak is the bound.
/// Two tokens have two sums of a block, of even and of odd quads: four chains of additions would wait for each other.
/// Sums start at the offset of the activations, -128 times their sum, since weights were raised by 128. Minima are a third multiplication at the end of a block; half blocks have an end of their own each.
/// </summary>
internal static unsafe class GemmSource
{
    private const int QuadsPerBlock = 8;

    /// <summary>Bytes of a register, and of a quad of columns in a panel: 32 rows of four.</summary>
    private const int RegisterBytes = 64, QuadBytes = 2 * RegisterBytes;

    private static readonly EmittedGemm.Tile* Tile = (EmittedGemm.Tile*)Start;

    private static readonly AssemblerRegister64 Panel = rax, Scales = rcx, Blocks = rdx, ScaleAt = rsi, SumAt = r8, IntegerAt = r9, Minima = r10, TokenValues = r15;
    private static readonly AssemblerRegister64[] X = [r11, rbx, rbp, r12, r13, r14];
    private static readonly AssemblerRegister64[] Saved = [rbx, rbp, r12, r13, r14, r15];

    private static readonly AssemblerRegisterZMM Low = zmm24, High = zmm25, MinimaLow = zmm30, MinimaHigh = zmm31;

    /// <summary>[token, register]; of two tokens [quads, token, register].</summary>
    private static readonly AssemblerRegisterZMM[] Sums = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11];

    /// <summary>[token, register].</summary>
    private static readonly AssemblerRegisterZMM[] Floats = [zmm12, zmm13, zmm14, zmm15, zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23];

    /// <summary>In turn, so that a broadcast waits for nobody.</summary>
    private static readonly AssemblerRegisterZMM[] Spare = [zmm26, zmm27, zmm28, zmm29];

    public static void Assemble(Assembler a)
    {
        var variants = Enum.GetValues<GemmKind>().SelectMany(kind => EmittedGemm.TokenCounts.ToArray(), (kind, tokens) => (kind, tokens, label: a.CreateLabel())).ToArray();
        a.mov(rax, Field(&Tile->Variant));
        foreach (var (kind, tokens, label) in variants)
        {
            a.cmp(rax, (int)EmittedGemm.VariantOf(kind, tokens));
            a.je(label);
        }
        a.ret();
        for (var i = 0; i < variants.Length; i++)
        {
            a.Label(ref variants[i].label);
            Assemble(a, variants[i].kind, variants[i].tokens);
        }
    }

    private static void Assemble(Assembler a, GemmKind kind, int tokens)
    {
        SavedRegisters.Save(a, Saved);
        a.mov(Panel, Field(&Tile->Panel));
        a.mov(Scales, Field(&Tile->Scales));
        a.mov(Blocks, Field(&Tile->Blocks));
        a.mov(ScaleAt, Field(&Tile->ScaleOffset));
        a.mov(SumAt, Field(&Tile->SumOffset));
        a.mov(IntegerAt, Field(&Tile->IntegerOffset));
        a.mov(TokenValues, Field(&Tile->TokenValues));
        for (var token = 0; token < tokens; token++)
            a.mov(X[token], Field(&Tile->Activations) + 8 * token);
        a.mov(r10, Field(&Tile->Totals));
        for (var i = 0; i < 2 * tokens; i++)
            a.vmovups(Floats[i], __zmmword_ptr[r10 + RegisterBytes * i]);
        a.mov(Minima, Field(&Tile->Minima));

        var block = a.CreateLabel();
        a.Label(ref block);
        if (kind == GemmKind.HalfBlocks)
        {
            AddPart(a, kind, tokens, 0, QuadsPerBlock / 2);
            AddPart(a, kind, tokens, 1, QuadsPerBlock / 2);
        }
        else
        {
            AddPart(a, kind, tokens, 0, QuadsPerBlock);
        }
        a.add(Panel, QuadsPerBlock * QuadBytes);
        a.add(Scales, kind == GemmKind.HalfBlocks ? 2 * QuadBytes : QuadBytes);
        a.add(ScaleAt, 4);
        a.add(SumAt, 4);
        a.add(IntegerAt, 4 * QuadsPerBlock);
        if (kind != GemmKind.Scales)
            a.add(TokenValues, EmittedGemm.TokenValuesOf(kind) * 4 * tokens);
        if (kind == GemmKind.Minima)
            a.add(Minima, QuadBytes);
        a.dec(Blocks);
        a.jne(block);

        a.mov(r10, Field(&Tile->Output));
        for (var i = 0; i < 2 * tokens; i++)
            a.vmovups(__zmmword_ptr[r10 + RegisterBytes * i], Floats[i]);
        SavedRegisters.Return(a, Saved);
    }

    /// <summary>A block, or its half <paramref name="part"/>: sums of its quads, then what they stand for onto the totals.</summary>
    private static void AddPart(Assembler a, GemmKind kind, int tokens, int part, int quads)
    {
        var sets = tokens == 2 ? 2 : 1;
        for (var token = 0; token < tokens; token++)
        {
            a.vpbroadcastd(Sums[2 * token], kind == GemmKind.HalfBlocks ? __dword_ptr[TokenValues + 4 * (part * tokens + token)] : __dword_ptr[X[token] + SumAt]);
            a.vmovdqa64(Sums[2 * token + 1], Sums[2 * token]);
        }
        for (var i = 2 * tokens; i < sets * 2 * tokens; i++)
            a.vpxord(Sums[i], Sums[i], Sums[i]);
        for (var quad = part * quads; quad < (part + 1) * quads; quad++)
        {
            a.vmovdqu32(Low, __zmmword_ptr[Panel + QuadBytes * quad]);
            a.vmovdqu32(High, __zmmword_ptr[Panel + QuadBytes * quad + RegisterBytes]);
            for (var token = 0; token < tokens; token++)
            {
                var columns = Spare[token % Spare.Length];
                var sum = quad % sets * 2 * tokens + 2 * token;
                a.vpbroadcastd(columns, __dword_ptr[X[token] + IntegerAt + 4 * quad]);
                a.vpdpbusd(Sums[sum], Low, columns);
                a.vpdpbusd(Sums[sum + 1], High, columns);
            }
        }
        for (var i = 2 * tokens; i < sets * 2 * tokens; i++)
            a.vpaddd(Sums[i - 2 * tokens], Sums[i - 2 * tokens], Sums[i]);
        a.vmovups(Low, __zmmword_ptr[Scales + part * QuadBytes]);
        a.vmovups(High, __zmmword_ptr[Scales + part * QuadBytes + RegisterBytes]);
        if (kind == GemmKind.Minima)
        {
            a.vmovups(MinimaLow, __zmmword_ptr[Minima]);
            a.vmovups(MinimaHigh, __zmmword_ptr[Minima + RegisterBytes]);
        }
        for (var token = 0; token < tokens; token++)
        {
            AssemblerRegisterZMM first = Spare[2 * token % Spare.Length], second = Spare[(2 * token + 1) % Spare.Length];
            a.vbroadcastss(second, __dword_ptr[X[token] + ScaleAt]);
            a.vcvtdq2ps(Sums[2 * token], Sums[2 * token]);
            a.vcvtdq2ps(Sums[2 * token + 1], Sums[2 * token + 1]);
            a.vmulps(first, Low, second);
            a.vmulps(second, High, second);
            a.vfmadd231ps(Floats[2 * token], Sums[2 * token], first);
            a.vfmadd231ps(Floats[2 * token + 1], Sums[2 * token + 1], second);
            if (kind != GemmKind.Minima)
                continue;
            a.vbroadcastss(first, __dword_ptr[TokenValues + 4 * token]);
            a.vfmadd231ps(Floats[2 * token], MinimaLow, first);
            a.vfmadd231ps(Floats[2 * token + 1], MinimaHigh, first);
        }
    }
}
