using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Temoto.Emit;

/// <summary>What kernels of attention share: code for each number of queries, and which registers it sums in.</summary>
internal static class QueryCounts
{
    /// <summary>Queries that are multiplied at once.</summary>
    public const int Most = 8;

    public const int RegisterBytes = 64;

    /// <summary>Sums of each query: of the first register of lanes, and of the second.</summary>
    public static readonly AssemblerRegisterZMM[] First = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7];

    /// <inheritdoc cref="First"/>
    public static readonly AssemblerRegisterZMM[] Second = [zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15];

    /// <summary>Operands that all queries share.</summary>
    public static readonly AssemblerRegisterZMM Low = zmm16, High = zmm17;

    /// <summary>Taken in turn, so that a broadcast waits for nobody.</summary>
    public static readonly AssemblerRegisterZMM[] Spare = [zmm18, zmm19, zmm20, zmm21];

    /// <summary>Goes to the code of <paramref name="queries"/> queries, 1 to <see cref="Most"/>, and writes it for each.</summary>
    /// <param name="body">Takes the number; what it writes returns.</param>
    public static void Assemble(Assembler a, AssemblerRegister64 queries, Action<int> body)
    {
        var entries = Enumerable.Range(0, Most).Select(_ => a.CreateLabel()).ToArray();
        for (var count = Most; count > 1; count--)
        {
            a.cmp(queries, count);
            a.je(entries[count - 1]);
        }
        for (var count = 1; count <= Most; count++)
        {
            a.Label(ref entries[count - 1]);
            body(count);
        }
    }
}
