using Iced.Intel;
using Temoto.Kernels;
using Temoto.Kernels.Emitted;
using Temoto.Tensors.Panels;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: panels of 16 rows as they lie times one token, System V calling convention, <c>void (EmittedPanels.Job* job)</c>.
///
/// Rows are the lanes of one register. A quad of columns is a register of weights, which meets four activations that are the same for all rows: vpdpbusd takes them from memory and repeats them itself. Nibbles cost a load, a shift and two masks
/// for two quads; five and six bits a shift and a vpternlogd more for each. A block's sum begins at what zero stands for times the sum of its activations, becomes floats, and is added times weight scale and activation scale.
/// Blocks do not wait for each other but in the last addition. All bytes are read once, in their order; each line is asked for ahead, into all caches or past them.
/// </summary>
internal static unsafe class PanelsSource
{
    private const int QuadBytes = PanelLayout.QuadBytes, ScaleBytes = 8 * PanelLayout.Rows;

    private static readonly EmittedPanels.Job* Job = (EmittedPanels.Job*)Start;

    private static readonly AssemblerRegister64 Panel = rax, Count = rcx, Blocks = rdx, Scales = rsi, Integers = r8, Starts = r9, Factors = r10, Output = r11;

    /// <summary>Of the block, its group's end, and the bytes of its group that stand for blocks.</summary>
    private static readonly AssemblerRegister64 Block = rbx, End = rbp, BlockNumbers = r12;

    private static readonly AssemblerRegister64[] Saved = [rbx, rbp, r12];

    private static readonly AssemblerRegisterZMM Total = zmm0, Sum = zmm1, Scale = zmm2, Minimum = zmm3, GroupScale = zmm4, GroupMinimum = zmm5, Zeros = zmm6, More = zmm7, Moved = zmm8;

    /// <summary>Constants: 2^-10, 15 and 128 in bytes, and the bits of five or six that lie behind nibbles.</summary>
    private static readonly AssemblerRegisterZMM Lowering = zmm16, Nibble = zmm17, Raise = zmm18, MoreBits = zmm19;

    /// <summary>In turn.</summary>
    private static readonly AssemblerRegisterZMM[] Spare = [zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27];

    public static void Assemble(Assembler a)
    {
        a.mov(rax, Field(&Job->Number));
        RowsCode.Dispatch(a, rax, 2 * PanelForm.All.Length, number => Assemble(a, PanelForm.All[number % PanelForm.All.Length], number >= PanelForm.All.Length));
    }

    private static void Assemble(Assembler a, PanelForm form, bool past)
    {
        SavedRegisters.Save(a, Saved);
        a.mov(Panel, Field(&Job->Panels));
        a.mov(Count, Field(&Job->Count));
        a.mov(Blocks, Field(&Job->Blocks));
        a.mov(Scales, Field(&Job->Scales));
        a.mov(Starts, Field(&Job->Starts));
        a.mov(Factors, Field(&Job->MinimumFactors));
        a.mov(Output, Field(&Job->Output));
        Broadcast(a, Lowering, BitConverter.SingleToInt32Bits(1f / 1024));
        Broadcast(a, Nibble, 0x0F0F0F0F);
        Broadcast(a, Raise, unchecked((int)0x80808080));
        Broadcast(a, MoreBits, form.Bits == 5 ? 0x10101010 : 0x30303030);

        Label panel = a.CreateLabel(), group = a.CreateLabel(), block = a.CreateLabel();
        a.Label(ref panel);
        a.mov(Integers, Field(&Job->Integers));
        a.xor(ebx, ebx);
        a.vpxord(Total, Total, Total);
        a.Label(ref group);
        ReadHeader(a, form, past);
        if (!form.OneBlock)
        {
            a.mov(End, Field(&Job->GroupBlocks));
            a.add(End, Block);
            a.cmp(End, Blocks);
            a.cmovg(End, Blocks);
            a.Label(ref block);
        }
        if (form.Bits == 6)
        {
            AddHalf(a, form, 0, past);
            AddHalf(a, form, 1, past);
            a.add(BlockNumbers, 2 * PanelLayout.Rows);
        }
        else
        {
            AddBlock(a, form, past);
        }
        a.add(Panel, QuadBytes * form.Bits);
        a.add(Integers, PanelLayout.BlockColumns);
        a.inc(Block);
        if (!form.OneBlock)
        {
            a.cmp(Block, End);
            a.jl(block);
        }
        a.cmp(Block, Blocks);
        a.jl(group);
        a.vmovups(__zmmword_ptr[Output], Total);
        a.add(Output, QuadBytes);
        a.dec(Count);
        a.jne(panel);
        SavedRegisters.Return(a, Saved);
    }

    private static void Broadcast(Assembler a, AssemblerRegisterZMM register, int value)
    {
        a.mov(r12d, value);
        a.vpbroadcastd(register, r12d);
    }

    /// <summary>What a group's blocks share; <see cref="Panel"/> goes on to the first of them.</summary>
    private static void ReadHeader(Assembler a, PanelForm form, bool past)
    {
        const int halves = 2 * PanelLayout.Rows, singles = 4 * PanelLayout.Rows;
        for (var at = 0; at < form.HeaderBytes; at += QuadBytes)
            Ahead(a, at, past);
        if (form.HasSingles)
            a.vmovups(GroupScale, __zmmword_ptr[Panel]);
        else
            ReadHalves(a, GroupScale, 0);
        if (form.HasMinima)
            ReadHalves(a, GroupMinimum, halves);
        if (form.HasZeros)
            a.vpmovsxwd(Zeros, __ymmword_ptr[Panel + (form.HasSingles ? singles : halves)]);
        if (form.HasBlockScales)
            a.lea(BlockNumbers, __[Panel + (form.HasMinima ? 2 : 1) * halves]);
        a.add(Panel, form.HeaderBytes);
    }

    /// <summary>Raised halves as floats.</summary>
    private static void ReadHalves(Assembler a, AssemblerRegisterZMM floats, int at)
    {
        a.vcvtph2ps(floats, __ymmword_ptr[Panel + at]);
        a.vmulps(floats, floats, Lowering);
    }

    /// <summary>Asks for the line far behind <paramref name="at"/>.</summary>
    private static void Ahead(Assembler a, int at, bool past)
    {
        var line = __byte_ptr[Panel + at + Prefetch.AheadBytes];
        if (past)
            a.prefetchnta(line);
        else
            a.prefetcht0(line);
    }

    private static void AddBlock(Assembler a, PanelForm form, bool past)
    {
        var (scale, minimum) = (GroupScale, GroupMinimum);
        if (form.HasBlockScales)
        {
            ReadBytes(a, scale = Scale, GroupScale, 0, signed: false);
            ReadBytes(a, minimum = Minimum, GroupMinimum, ScaleBytes, signed: false);
            a.add(BlockNumbers, PanelLayout.Rows);
        }
        if (form.HasMinima || form.HasZeros)
            a.vpxord(Sum, Sum, Sum);
        else
            a.vpbroadcastd(Sum, __dword_ptr[Starts + Block * 4]);
        if (form.HasZeros)
            a.vpdpwssd(Sum, Zeros, __dword_bcst[Starts + Block * 4]);
        a.vmulps(Scale, scale, __dword_bcst[Scales + Block * 4]);
        for (var line = 0; line < form.Bits; line++)
            Ahead(a, QuadBytes * line, past);
        if (form.Bits == 5)
            a.vmovdqu32(More, __zmmword_ptr[Panel + 4 * QuadBytes]);
        for (var quad = 0; quad < (form.Bits == 8 ? 8 : 4); quad++)
        {
            if (form.Bits == 8)
                AddBytes(a, quad);
            else
                AddNibbles(a, form, quad);
        }
        a.vcvtdq2ps(Sum, Sum);
        a.vfmadd231ps(Total, Sum, Scale);
        if (form.HasMinima)
            a.vfmadd231ps(Total, minimum, __dword_bcst[Factors + Block * 4]);
    }

    /// <summary>Scales or minima of a block: bytes times its group's.</summary>
    private static void ReadBytes(Assembler a, AssemblerRegisterZMM floats, AssemblerRegisterZMM group, int at, bool signed)
    {
        if (signed)
            a.vpmovsxbd(floats, __xmmword_ptr[BlockNumbers + at]);
        else
            a.vpmovzxbd(floats, __xmmword_ptr[BlockNumbers + at]);
        a.vcvtdq2ps(floats, floats);
        a.vmulps(floats, floats, group);
    }

    /// <summary>Bytes, signed.</summary>
    private static void AddBytes(Assembler a, int quad)
    {
        var weights = Spare[quad];
        a.vpxord(weights, Raise, __zmmword_ptr[Panel + QuadBytes * quad]);
        a.vpdpbusd(Sum, weights, __dword_bcst[Integers + 4 * quad]);
    }

    /// <summary>A quad of low nibbles and the one of high nibbles.</summary>
    private static void AddNibbles(Assembler a, PanelForm form, int quad)
    {
        AssemblerRegisterZMM low = Spare[2 * quad % Spare.Length], high = Spare[(2 * quad + 1) % Spare.Length];
        a.vmovdqu32(low, __zmmword_ptr[Panel + QuadBytes * quad]);
        a.vpsrlw(high, low, 4);
        a.vpandd(low, low, Nibble);
        a.vpandd(high, high, Nibble);
        if (form.Bits == 5)
        {
            AddMore(a, low, More, 4 - quad);
            AddMore(a, high, More, -quad);
        }
        a.vpdpbusd(Sum, low, __dword_bcst[Integers + 4 * quad]);
        a.vpdpbusd(Sum, high, __dword_bcst[Integers + 4 * (quad + 4)]);
    }

    /// <summary>Puts bits that lie behind the nibbles, moved up by so many places, above them.</summary>
    private static void AddMore(Assembler a, AssemblerRegisterZMM nibbles, AssemblerRegisterZMM more, int up)
    {
        // nibbles | (moved & bits)
        const byte orAnd = 0xF8;
        if (up > 0)
            a.vpsllw(Moved, more, (byte)up);
        else if (up < 0)
            a.vpsrlw(Moved, more, (byte)-up);
        a.vpternlogd(nibbles, up == 0 ? more : Moved, MoreBits, orAnd);
    }

    /// <summary>Sixteen columns of six bits, which have a scale of their own: low nibbles, or high ones.</summary>
    private static void AddHalf(Assembler a, PanelForm form, int half, bool past)
    {
        a.vpbroadcastd(Sum, __dword_ptr[Starts + Block * 8 + 4 * half]);
        ReadBytes(a, Scale, GroupScale, PanelLayout.Rows * half, signed: true);
        a.vmulps(Scale, Scale, __dword_bcst[Scales + Block * 4]);
        for (var line = half * form.Bits / 2; line < (half + 1) * form.Bits / 2; line++)
            Ahead(a, QuadBytes * line, past);
        a.vmovdqu32(More, __zmmword_ptr[Panel + QuadBytes * (4 + half)]);
        for (var quad = 0; quad < 4; quad++)
        {
            var weights = Spare[4 * half + quad];
            if (half == 0)
            {
                a.vpandd(weights, Nibble, __zmmword_ptr[Panel + QuadBytes * quad]);
            }
            else
            {
                a.vmovdqu32(weights, __zmmword_ptr[Panel + QuadBytes * quad]);
                a.vpsrlw(weights, weights, 4);
                a.vpandd(weights, weights, Nibble);
            }
            AddMore(a, weights, More, 4 - 2 * quad);
            a.vpdpbusd(Sum, weights, __dword_bcst[Integers + 4 * (quad + 4 * half)]);
        }
        a.vcvtdq2ps(Sum, Sum);
        a.vfmadd231ps(Total, Sum, Scale);
    }
}
