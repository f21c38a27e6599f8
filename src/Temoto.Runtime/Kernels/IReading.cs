using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels;

/// <summary>How weights are asked for before they are loaded.</summary>
internal unsafe interface IReading
{
    /// <summary>Asks for the line <see cref="Prefetch.AheadBytes"/> behind <paramref name="read"/>.</summary>
    static abstract void Ahead(byte* read);
}

/// <summary>Into all caches.</summary>
internal readonly unsafe struct IntoCaches : IReading
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead(byte* read) => Prefetch.Ahead(read);
}

/// <summary>Past all caches but the core's first.</summary>
internal readonly unsafe struct PastCaches : IReading
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead(byte* read)
    {
        if (Sse.IsSupported)
            Sse.PrefetchNonTemporal(read + Prefetch.AheadBytes);
    }
}
