using Iced.Intel;

namespace Temoto.Emit;

/// <summary>Registers that belong to the caller (System V), saved where a kernel begins and given back where it ends.</summary>
internal static class SavedRegisters
{
    public static void Save(Assembler a, AssemblerRegister64[] registers)
    {
        foreach (var register in registers)
            a.push(register);
    }

    /// <summary>Gives them back and returns.</summary>
    public static void Return(Assembler a, AssemblerRegister64[] registers)
    {
        a.vzeroupper();
        foreach (var register in registers.Reverse())
            a.pop(register);
        a.ret();
    }
}
