using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels;

/// <summary>Asks for weights before they are loaded.</summary>
internal static unsafe class Prefetch
{
    /// <summary>How far ahead of the multiplication weights are asked for: a page, since the hardware's own prefetcher stops at its end.</summary>
    public const int AheadBytes = 4096;

    /// <summary>Asks for the line <see cref="AheadBytes"/> behind <paramref name="read"/>, where the processor can be asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead(byte* read)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(read + AheadBytes);
    }
}
