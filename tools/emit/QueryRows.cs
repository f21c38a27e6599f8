using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using static Temoto.Emit.Fields;

namespace Temoto.Emit;

/// <summary>
/// A float32 of each of up to eight rows that lie the same distance apart. Every third row has a register, the next two are the distance away: r10, r11 and rbx, and rbp for the distance.
/// </summary>
internal sealed unsafe class QueryRows(Assembler a)
{
    private static readonly AssemblerRegister64[] Thirds = [r10, r11, rbx];
    private static readonly AssemblerRegister64 Distance = rbp;

    /// <summary>Saves what is the caller's and loads the rows' address and distance from fields of the tile.</summary>
    public void Begin(void* address, void* distance)
    {
        a.push(rbx);
        a.push(rbp);
        a.mov(Distance, Field(distance));
        a.mov(Thirds[0], Field(address));
        for (var i = 1; i < Thirds.Length; i++)
        {
            a.lea(Thirds[i], __[Thirds[i - 1] + Distance * 2]);
            a.add(Thirds[i], Distance);
        }
    }

    /// <summary>The element of row <paramref name="row"/> that is next.</summary>
    public AssemblerMemoryOperand this[int row] => (row % 3) switch
    {
        0 => __dword_ptr[Thirds[row / 3]],
        1 => __dword_ptr[Thirds[row / 3] + Distance],
        _ => __dword_ptr[Thirds[row / 3] + Distance * 2],
    };

    /// <summary>To the elements behind, of <paramref name="rows"/> rows.</summary>
    public void Advance(int rows)
    {
        for (var i = 0; 3 * i < rows; i++)
            a.add(Thirds[i], sizeof(float));
    }

    /// <summary>Gives back what was saved, and returns.</summary>
    public void Return()
    {
        a.pop(rbp);
        a.pop(rbx);
        a.vzeroupper();
        a.ret();
    }
}
