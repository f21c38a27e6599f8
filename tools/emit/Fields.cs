using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Temoto.Emit;

/// <summary>Fields of the runtime's structs as operands: what the runtime declares is what the code reads.</summary>
internal static unsafe class Fields
{
    /// <summary>Where a struct might lie that is never read: the address of a field, less this, is its offset.</summary>
    public static readonly byte* Start = (byte*)NativeMemory.AllocZeroed(4096);

    /// <summary>A field of the struct that a kernel is called with.</summary>
    public static AssemblerMemoryOperand Field(void* address) => Field(rdi, address);

    /// <summary>A field of the struct that <paramref name="register"/> points to.</summary>
    public static AssemblerMemoryOperand Field(AssemblerRegister64 register, void* address) => __qword_ptr[register + ((byte*)address - Start)];
}
