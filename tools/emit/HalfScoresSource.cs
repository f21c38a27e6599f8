using Iced.Intel;
using Temoto.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;
using static Temoto.Emit.QueryCounts;

namespace Temoto.Emit;

/// <summary>
/// AVX-512F: two panels of sixteen keys in half floats times one to eight float32 queries, System V calling convention, <c>void (EmittedHalfScores.Tile* tile)</c>.
///
/// Positions are lanes. Each element costs two conversions of keys, which .NET has no intrinsic for, and a broadcast and two multiply-adds for each query.
/// </summary>
internal static unsafe class HalfScoresSource
{
    private static readonly EmittedHalfScores.Tile* Tile = (EmittedHalfScores.Tile*)Start;

    public static void Assemble(Assembler a)
    {
        AssemblerRegister64 keys0 = rax, keys1 = rcx, left = rdx, scores = rsi, stride = r8, second = r9;
        a.mov(keys0, Field(&Tile->Keys0));
        a.mov(keys1, Field(&Tile->Keys1));
        a.mov(left, Field(&Tile->HeadDim));
        a.mov(scores, Field(&Tile->Scores));
        a.mov(stride, Field(&Tile->StrideBytes));
        a.mov(second, Field(&Tile->SecondBytes));
        var queries = new QueryRows(a);
        queries.Begin(&Tile->Queries, &Tile->QueryBytes);
        a.mov(rdi, Field(&Tile->Count));
        QueryCounts.Assemble(a, rdi, Body);

        void Body(int count)
        {
            for (var i = 0; i < count; i++)
            {
                a.vpxord(First[i], First[i], First[i]);
                a.vpxord(Second[i], Second[i], Second[i]);
            }
            var loop = a.CreateLabel();
            a.Label(ref loop);
            a.vcvtph2ps(Low, __ymmword_ptr[keys0]);
            a.vcvtph2ps(High, __ymmword_ptr[keys1]);
            for (var i = 0; i < count; i++)
            {
                var query = Spare[i % Spare.Length];
                a.vbroadcastss(query, queries[i]);
                a.vfmadd231ps(First[i], Low, query);
                a.vfmadd231ps(Second[i], High, query);
            }
            a.add(keys0, RegisterBytes / 2);
            a.add(keys1, RegisterBytes / 2);
            queries.Advance(count);
            a.dec(left);
            a.jne(loop);
            for (var i = 0; i < count; i++)
            {
                // Where there is one panel only, both go to the same place: the first has the last word.
                a.vmovups(__zmmword_ptr[scores + second], Second[i]);
                a.vmovups(__zmmword_ptr[scores], First[i]);
                if (i + 1 < count)
                    a.add(scores, stride);
            }
            queries.Return();
        }
    }
}
