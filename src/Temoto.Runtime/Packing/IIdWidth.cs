using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Packing;

/// <summary>How 64 IDs of the <see cref="EscapeCode"/> are looked up.</summary>
internal interface IIdWidth
{
    /// <summary>False where a row is its bytes.</summary>
    static abstract bool HasIds { get; }

    /// <summary>Whether ID 0 is an escape.</summary>
    static abstract bool HasEscapes { get; }

    /// <param name="ids">One to a byte; what stands above an ID means nothing.</param>
    /// <param name="low">The first 64 entries of the table.</param>
    /// <param name="high">The others.</param>
    static abstract Vector512<byte> LookUp(Vector512<byte> ids, Vector512<byte> low, Vector512<byte> high);
}

/// <summary>One register of table.</summary>
internal readonly struct SixBits : IIdWidth
{
    public static bool HasIds => true;

    public static bool HasEscapes => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookUp(Vector512<byte> ids, Vector512<byte> low, Vector512<byte> high) => Avx512Vbmi.PermuteVar64x8(low, ids);
}

/// <summary>Two registers.</summary>
internal readonly struct SevenBits : IIdWidth
{
    public static bool HasIds => true;

    public static bool HasEscapes => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookUp(Vector512<byte> ids, Vector512<byte> low, Vector512<byte> high) => Avx512Vbmi.PermuteVar64x8x2(low, ids, high);
}

/// <summary>No table.</summary>
internal readonly struct WholeBytes : IIdWidth
{
    public static bool HasIds => false;

    public static bool HasEscapes => false;

    public static Vector512<byte> LookUp(Vector512<byte> ids, Vector512<byte> low, Vector512<byte> high) => ids;
}

/// <summary>A row without escapes.</summary>
internal readonly struct Unescaped<TWidth> : IIdWidth
    where TWidth : struct, IIdWidth
{
    public static bool HasIds => true;

    public static bool HasEscapes => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookUp(Vector512<byte> ids, Vector512<byte> low, Vector512<byte> high) => TWidth.LookUp(ids, low, high);
}
