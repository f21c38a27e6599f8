using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Temoto.Emit;

/// <summary>
/// AVX512-VNNI: 15-bit weights of one to eight queries times 32 columns of int8 values, System V calling convention, <c>void (EmittedWeightedValues.Tile* tile)</c>.
///
/// Columns are lanes. vpdpbusd takes unsigned bytes: a first pass sums the weights' high bytes, a shift makes them worth 256, and a second pass over the same values, which lie in the first-level
/// cache, adds the low bytes.
/// </summary>
internal static class WeightedValuesSource
{
    private const int MostQueries = 8;

    /// <summary>Bytes from one query's weights to the next's: a byte for each position of a tile.</summary>
    private const int WeightBytes = 64;

    // Fields of EmittedWeightedValues.Tile.
    private const int Values = 0, QuadBytes = 8, Quads = 16, High = 24, Low = 32, Steps = 40, Outputs = 48, OutputBytes = 56, SecondBytes = 64, Count = 72;

    public static void Assemble(Assembler a)
    {
        AssemblerRegister64 values = rax, quadBytes = rcx, quads = rdx, weights = rsi, second = r8, outputs = r9, outputBytes = r10, scalars = r11;
        AssemblerRegisterZMM[] first = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7];
        AssemblerRegisterZMM[] other = [zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15];
        AssemblerRegisterZMM low = zmm16, high = zmm17;
        // In turn, so that a broadcast waits for nobody.
        AssemblerRegisterZMM[] spare = [zmm18, zmm19, zmm20, zmm21];

        a.mov(quadBytes, __[rdi + QuadBytes]);
        a.mov(second, __[rdi + SecondBytes]);
        a.mov(outputs, __[rdi + Outputs]);
        a.mov(outputBytes, __[rdi + OutputBytes]);
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
            for (var i = 0; i < count; i++)
            {
                a.vpxord(first[i], first[i], first[i]);
                a.vpxord(other[i], other[i], other[i]);
            }
            foreach (var bytes in new[] { High, Low })
            {
                if (bytes == Low)
                {
                    for (var i = 0; i < count; i++)
                    {
                        a.vpslld(first[i], first[i], 8);
                        a.vpslld(other[i], other[i], 8);
                    }
                }
                a.mov(values, __[rdi + Values]);
                a.mov(quads, __[rdi + Quads]);
                a.mov(weights, __[rdi + bytes]);
                var loop = a.CreateLabel($"quad{count}{bytes}");
                a.Label(ref loop);
                a.vmovdqu32(low, __zmmword_ptr[values]);
                a.vmovdqu32(high, __zmmword_ptr[values + second]);
                for (var i = 0; i < count; i++)
                {
                    var weight = spare[i % spare.Length];
                    a.vpbroadcastd(weight, __dword_ptr[weights + WeightBytes * i]);
                    a.vpdpbusd(first[i], weight, low);
                    a.vpdpbusd(other[i], weight, high);
                }
                a.add(values, quadBytes);
                a.add(weights, 4);
                a.dec(quads);
                a.jne(loop);
            }
            a.mov(scalars, __[rdi + Steps]);
            for (var i = 0; i < count; i++)
            {
                var step = spare[i % spare.Length];
                a.vbroadcastss(step, __dword_ptr[scalars + 4 * i]);
                a.vcvtdq2ps(first[i], first[i]);
                a.vcvtdq2ps(other[i], other[i]);
                a.vfmadd213ps(other[i], step, __zmmword_ptr[outputs + second]);
                a.vfmadd213ps(first[i], step, __zmmword_ptr[outputs]);
                // Where there are sixteen columns only, both go to the same place: the first has the last word.
                a.vmovups(__zmmword_ptr[outputs + second], other[i]);
                a.vmovups(__zmmword_ptr[outputs], first[i]);
                if (i + 1 < count)
                    a.add(outputs, outputBytes);
            }
            a.vzeroupper();
            a.ret();
        }
    }
}
