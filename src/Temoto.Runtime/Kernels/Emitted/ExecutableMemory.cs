using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Temoto.Kernels.Emitted;

/// <summary>
/// Pages of machine code (Linux). They are written first and made executable afterwards, never both at once, and stay until the process ends.
/// </summary>
internal static unsafe partial class ExecutableMemory
{
    // asm-generic/mman-common.h, the same on x86-64.
    private const int Read = 1, Write = 2, Execute = 4;
    private const int Private = 2, Anonymous = 0x20;

    /// <summary>
    /// A copy of the code that is embedded in this assembly as <paramref name="name"/>.bin, ready to be called at its first byte; <paramref name="name"/>.lst beside the source lists its instructions. Throws
    /// <see cref="Win32Exception"/> where the system forbids it.
    /// </summary>
    public static nint Load(string name)
    {
        using var code = typeof(ExecutableMemory).Assembly.GetManifestResourceStream(name + ".bin")!;
        var length = (nuint)code.Length;
        var pages = Map(null, length, Read | Write, Private | Anonymous, -1, 0);
        if ((nint)pages == -1)
            throw new Win32Exception();
        code.ReadExactly(new Span<byte>(pages, (int)length));
        if (Protect(pages, length, Read | Execute) != 0)
        {
            var error = new Win32Exception();
            _ = Unmap(pages, length);
            throw error;
        }
        return (nint)pages;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
