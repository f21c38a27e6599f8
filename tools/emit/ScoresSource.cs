using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: two panels of sixteen int8 keys times one to eight queries, System V calling convention, <c>void (EmittedScores.Tile* tile)</c>.
///
/// Positions are lanes. Each quad of elements costs two loads of keys, and a broadcast and two vpdpbusd for each query. Keys are unsigned, raised by 128; sums start at what that makes too much.
/// </summary>
internal static class ScoresSource
{
    private const int MostQueries = 8;
    private const int RegisterBytes = 64;

    // Fields of EmittedScores.Tile.
    private const int Keys0 = 0, Keys1 = 8, Quads = 16, Queries = 24, QueryScales = 32, Offsets = 40, KeyScales0 = 48, KeyScales1 = 56, Scores = 64, StrideBytes = 72, SecondBytes = 80, Count = 88;

    public static void Assemble(Assembler a)
    {
        AssemblerRegister64 keys0 = rax, keys1 = rcx, quads = rdx, queries = rsi, scores = r8, stride = r9, second = r10, scalars = r11;
        AssemblerRegisterZMM[] first = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7];
        AssemblerRegisterZMM[] other = [zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15];
        AssemblerRegisterZMM low = zmm16, high = zmm17;
        // In turn, so that a broadcast waits for nobody.
        AssemblerRegisterZMM[] spare = [zmm18, zmm19, zmm20, zmm21];

        a.mov(keys0, __[rdi + Keys0]);
        a.mov(keys1, __[rdi + Keys1]);
        a.mov(quads, __[rdi + Quads]);
        a.mov(queries, __[rdi + Queries]);
        a.mov(scores, __[rdi + Scores]);
        a.mov(stride, __[rdi + StrideBytes]);
        a.mov(second, __[rdi + SecondBytes]);
        a.mov(r11, __[rdi + Count]);
        var entries = Enumerable.Range(0, MostQueries).Select(i => a.CreateLabel($"queries{i + 1}")).ToArray();
        for (var count = MostQueries; count > 1; count--)
        {
            a.cmp(r11, count);
            a.je(entries[count - 1]);
        }
        for (var count = 1; count <= MostQueries; count++)
        {
            a.Label(ref entries[count - 1]);
            a.mov(scalars, __[rdi + Offsets]);
            for (var i = 0; i < count; i++)
            {
                a.vpbroadcastd(first[i], __dword_ptr[scalars + 4 * i]);
                a.vmovdqa64(other[i], first[i]);
            }
            var loop = a.CreateLabel($"quad{count}");
            a.Label(ref loop);
            a.vmovdqu32(low, __zmmword_ptr[keys0]);
            a.vmovdqu32(high, __zmmword_ptr[keys1]);
            for (var i = 0; i < count; i++)
            {
                var query = spare[i % spare.Length];
                a.vpbroadcastd(query, __dword_ptr[queries + 4 * i]);
                a.vpdpbusd(first[i], low, query);
                a.vpdpbusd(other[i], high, query);
            }
            a.add(keys0, RegisterBytes);
            a.add(keys1, RegisterBytes);
            a.add(queries, 4 * MostQueries);
            a.dec(quads);
            a.jne(loop);

            a.mov(scalars, __[rdi + KeyScales0]);
            a.vmovups(low, __zmmword_ptr[scalars]);
            a.mov(scalars, __[rdi + KeyScales1]);
            a.vmovups(high, __zmmword_ptr[scalars]);
            a.mov(scalars, __[rdi + QueryScales]);
            for (var i = 0; i < count; i++)
            {
                AssemblerRegisterZMM scale = spare[0], product = spare[1];
                a.vbroadcastss(scale, __dword_ptr[scalars + 4 * i]);
                a.vcvtdq2ps(first[i], first[i]);
                a.vcvtdq2ps(other[i], other[i]);
                a.vmulps(product, high, scale);
                a.vmulps(scale, low, scale);
                a.vmulps(other[i], other[i], product);
                a.vmulps(first[i], first[i], scale);
                // Where there is one panel only, both go to the same place: the first has the last word.
                a.vmovups(__zmmword_ptr[scores + second], other[i]);
                a.vmovups(__zmmword_ptr[scores], first[i]);
                if (i + 1 < count)
                    a.add(scores, stride);
            }
            a.vzeroupper();
            a.ret();
        }
    }
}
