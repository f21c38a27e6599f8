using Iced.Intel;
using Temoto.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;
using static Temoto.Emit.QueryCounts;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: 15-bit weights of one to eight queries times 32 columns of int8 values, System V calling convention, <c>void (EmittedWeightedValues.Tile* tile)</c>.
///
/// Columns are lanes. vpdpbusd takes unsigned bytes: a first pass sums the weights' high bytes, a shift makes them worth 256, and a second pass over the same values, which lie in the first-level
/// cache, adds the low bytes.
/// </summary>
internal static unsafe class WeightedValuesSource
{
    /// <summary>Bytes from one query's weights to the next's: a byte for each position of a tile.</summary>
    private const int WeightBytes = 64;

    private static readonly EmittedWeightedValues.Tile* Tile = (EmittedWeightedValues.Tile*)Start;

    public static void Assemble(Assembler a)
    {
        AssemblerRegister64 values = rax, quadBytes = rcx, quads = rdx, weights = rsi, second = r8, outputs = r9, outputBytes = r10, scalars = r11;
        a.mov(quadBytes, Field(&Tile->QuadBytes));
        a.mov(second, Field(&Tile->SecondBytes));
        a.mov(outputs, Field(&Tile->Outputs));
        a.mov(outputBytes, Field(&Tile->OutputBytes));
        a.mov(scalars, Field(&Tile->Count));
        QueryCounts.Assemble(a, scalars, Body);

        void Body(int count)
        {
            for (var i = 0; i < count; i++)
            {
                a.vpxord(First[i], First[i], First[i]);
                a.vpxord(Second[i], Second[i], Second[i]);
            }
            Pass(count, &Tile->High);
            for (var i = 0; i < count; i++)
            {
                a.vpslld(First[i], First[i], 8);
                a.vpslld(Second[i], Second[i], 8);
            }
            Pass(count, &Tile->Low);
            a.mov(scalars, Field(&Tile->Steps));
            for (var i = 0; i < count; i++)
            {
                var step = Spare[i % Spare.Length];
                a.vbroadcastss(step, __dword_ptr[scalars + 4 * i]);
                a.vcvtdq2ps(First[i], First[i]);
                a.vcvtdq2ps(Second[i], Second[i]);
                a.vfmadd213ps(Second[i], step, __zmmword_ptr[outputs + second]);
                a.vfmadd213ps(First[i], step, __zmmword_ptr[outputs]);
                // Where there are sixteen columns only, both go to the same place: the first has the last word.
                a.vmovups(__zmmword_ptr[outputs + second], Second[i]);
                a.vmovups(__zmmword_ptr[outputs], First[i]);
                if (i + 1 < count)
                    a.add(outputs, outputBytes);
            }
            a.vzeroupper();
            a.ret();
        }

        void Pass(int count, void* bytes)
        {
            a.mov(values, Field(&Tile->Values));
            a.mov(quads, Field(&Tile->Quads));
            a.mov(weights, Field(bytes));
            var loop = a.CreateLabel();
            a.Label(ref loop);
            a.vmovdqu32(Low, __zmmword_ptr[values]);
            a.vmovdqu32(High, __zmmword_ptr[values + second]);
            for (var i = 0; i < count; i++)
            {
                var weight = Spare[i % Spare.Length];
                a.vpbroadcastd(weight, __dword_ptr[weights + WeightBytes * i]);
                a.vpdpbusd(First[i], weight, Low);
                a.vpdpbusd(Second[i], weight, High);
            }
            a.add(values, quadBytes);
            a.add(weights, 4);
            a.dec(quads);
            a.jne(loop);
        }
    }
}
