using Iced.Intel;
using Temoto.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;
using static Temoto.Emit.QueryCounts;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: two panels of sixteen int8 keys times one to eight queries, System V calling convention, <c>void (EmittedScores.Tile* tile)</c>.
///
/// Positions are lanes. Each quad of elements costs two loads of keys, and a broadcast and two vpdpbusd for each query. Keys are unsigned, raised by 128; sums start at what that makes too much.
/// </summary>
internal static unsafe class ScoresSource
{
    private static readonly EmittedScores.Tile* Tile = (EmittedScores.Tile*)Start;

    public static void Assemble(Assembler a)
    {
        AssemblerRegister64 keys0 = rax, keys1 = rcx, quads = rdx, queries = rsi, scores = r8, stride = r9, second = r10, scalars = r11;
        a.mov(keys0, Field(&Tile->Keys0));
        a.mov(keys1, Field(&Tile->Keys1));
        a.mov(quads, Field(&Tile->Quads));
        a.mov(queries, Field(&Tile->Queries));
        a.mov(scores, Field(&Tile->Scores));
        a.mov(stride, Field(&Tile->StrideBytes));
        a.mov(second, Field(&Tile->SecondBytes));
        a.mov(scalars, Field(&Tile->Count));
        QueryCounts.Assemble(a, scalars, Body);

        void Body(int count)
        {
            a.mov(scalars, Field(&Tile->Offsets));
            for (var i = 0; i < count; i++)
            {
                a.vpbroadcastd(First[i], __dword_ptr[scalars + 4 * i]);
                a.vmovdqa64(Second[i], First[i]);
            }
            var loop = a.CreateLabel();
            a.Label(ref loop);
            a.vmovdqu32(Low, __zmmword_ptr[keys0]);
            a.vmovdqu32(High, __zmmword_ptr[keys1]);
            for (var i = 0; i < count; i++)
            {
                var query = Spare[i % Spare.Length];
                a.vpbroadcastd(query, __dword_ptr[queries + 4 * i]);
                a.vpdpbusd(First[i], Low, query);
                a.vpdpbusd(Second[i], High, query);
            }
            a.add(keys0, RegisterBytes);
            a.add(keys1, RegisterBytes);
            a.add(queries, 4 * Most);
            a.dec(quads);
            a.jne(loop);

            a.mov(scalars, Field(&Tile->KeyScales0));
            a.vmovups(Low, __zmmword_ptr[scalars]);
            a.mov(scalars, Field(&Tile->KeyScales1));
            a.vmovups(High, __zmmword_ptr[scalars]);
            a.mov(scalars, Field(&Tile->QueryScales));
            for (var i = 0; i < count; i++)
            {
                AssemblerRegisterZMM scale = Spare[0], product = Spare[1];
                a.vbroadcastss(scale, __dword_ptr[scalars + 4 * i]);
                a.vcvtdq2ps(First[i], First[i]);
                a.vcvtdq2ps(Second[i], Second[i]);
                a.vmulps(product, High, scale);
                a.vmulps(scale, Low, scale);
                a.vmulps(Second[i], Second[i], product);
                a.vmulps(First[i], First[i], scale);
                // Where there is one panel only, both go to the same place: the first has the last word.
                a.vmovups(__zmmword_ptr[scores + second], Second[i]);
                a.vmovups(__zmmword_ptr[scores], First[i]);
                if (i + 1 < count)
                    a.add(scores, stride);
            }
            a.vzeroupper();
            a.ret();
        }
    }
}
