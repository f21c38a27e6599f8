using Iced.Intel;
using Temoto.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;
using static Temoto.Emit.QueryCounts;

namespace Temoto.Emit;

/// <summary>
/// AVX-512F: float32 weights of one to eight queries times 32 columns of values in half floats, System V calling convention, <c>void (EmittedHalfValues.Tile* tile)</c>.
///
/// Columns are lanes. Each position costs two conversions of values, which .NET has no intrinsic for, and a broadcast and two multiply-adds for each query. Sums start where outputs stand.
/// </summary>
internal static unsafe class HalfValuesSource
{
    private static readonly EmittedHalfValues.Tile* Tile = (EmittedHalfValues.Tile*)Start;

    public static void Assemble(Assembler a)
    {
        AssemblerRegister64 values = rax, valueBytes = rcx, left = rdx, outputs = rsi, outputBytes = r8, second = r9;
        a.mov(values, Field(&Tile->Values));
        a.mov(valueBytes, Field(&Tile->ValueBytes));
        a.mov(left, Field(&Tile->Positions));
        a.mov(outputs, Field(&Tile->Outputs));
        a.mov(outputBytes, Field(&Tile->OutputBytes));
        a.mov(second, Field(&Tile->SecondColumns));
        var weights = new QueryRows(a);
        weights.Begin(&Tile->Weights, &Tile->WeightBytes);
        a.mov(rdi, Field(&Tile->Count));
        QueryCounts.Assemble(a, rdi, Body);

        void Body(int count)
        {
            for (var i = 0; i < count; i++)
            {
                a.vmovups(First[i], __zmmword_ptr[outputs]);
                a.vmovups(Second[i], __zmmword_ptr[outputs + second * 4]);
                if (i + 1 < count)
                    a.add(outputs, outputBytes);
            }
            var loop = a.CreateLabel();
            a.Label(ref loop);
            a.vcvtph2ps(Low, __ymmword_ptr[values]);
            a.vcvtph2ps(High, __ymmword_ptr[values + second * 2]);
            for (var i = 0; i < count; i++)
            {
                var weight = Spare[i % Spare.Length];
                a.vbroadcastss(weight, weights[i]);
                a.vfmadd231ps(First[i], Low, weight);
                a.vfmadd231ps(Second[i], High, weight);
            }
            a.add(values, valueBytes);
            weights.Advance(count);
            a.dec(left);
            a.jne(loop);
            for (var i = count - 1; i >= 0; i--)
            {
                // Where there are sixteen columns only, both go to the same place: the first has the last word.
                a.vmovups(__zmmword_ptr[outputs + second * 4], Second[i]);
                a.vmovups(__zmmword_ptr[outputs], First[i]);
                if (i > 0)
                    a.sub(outputs, outputBytes);
            }
            weights.Return();
        }
    }
}
