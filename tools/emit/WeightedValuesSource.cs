using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.QueryCounts;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: 15-bit weights of one to eight queries times 32 columns of int8 values, System V calling convention, <c>void (EmittedWeightedValues.Tile* tile)</c>.
///
/// Columns are lanes. vpdpbusd takes unsigned bytes: a first pass sums the weights' high bytes, a shift makes them worth 256, and a second pass over the same values, which lie in the first-level
/// cache, adds the low bytes.
/// </summary>
internal static class WeightedValuesSource
{
    /// <summary>Bytes from one query's weights to the next's: a byte for each position of a tile.</summary>
    private const int WeightBytes = 64;

    // Fields of EmittedWeightedValues.Tile.
    private const int Values = 0, QuadBytes = 8, Quads = 16, HighBytes = 24, LowBytes = 32, Steps = 40, Outputs = 48, OutputBytes = 56, SecondBytes = 64, Count = 72;

    public static void Assemble(Assembler a)
    {
        AssemblerRegister64 values = rax, quadBytes = rcx, quads = rdx, weights = rsi, second = r8, outputs = r9, outputBytes = r10, scalars = r11;
        a.mov(quadBytes, __[rdi + QuadBytes]);
        a.mov(second, __[rdi + SecondBytes]);
        a.mov(outputs, __[rdi + Outputs]);
        a.mov(outputBytes, __[rdi + OutputBytes]);
        a.mov(scalars, __[rdi + Count]);
        QueryCounts.Assemble(a, scalars, Body);

        void Body(int count)
        {
            for (var i = 0; i < count; i++)
            {
                a.vpxord(First[i], First[i], First[i]);
                a.vpxord(Second[i], Second[i], Second[i]);
            }
            Pass(count, HighBytes);
            for (var i = 0; i < count; i++)
            {
                a.vpslld(First[i], First[i], 8);
                a.vpslld(Second[i], Second[i], 8);
            }
            Pass(count, LowBytes);
            a.mov(scalars, __[rdi + Steps]);
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

        void Pass(int count, int bytes)
        {
            a.mov(values, __[rdi + Values]);
            a.mov(quads, __[rdi + Quads]);
            a.mov(weights, __[rdi + bytes]);
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
