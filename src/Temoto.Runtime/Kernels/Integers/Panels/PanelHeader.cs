using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Temoto.Kernels.Integers.Panels;

/// <summary>What a group's header says, as floats.</summary>
/// <typeparam name="TKind">What the integers stand for.</typeparam>
internal static unsafe class PanelHeader<TKind>
    where TKind : struct, IPanelKind
{
    /// <summary>Writes scales, and minima where there are some, of eight rows.</summary>
    /// <param name="half">0 for rows 0 to 7 and 1 for 8 to 15.</param>
    /// <param name="entries">Blocks or half blocks of the group that have numbers of their own, or so many copies of the group's.</param>
    /// <param name="stride">Floats from one entry to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* header, int half, int entries, int stride, float* scales, float* minima)
    {
        var (groupScale, groupMinimum) = (TKind.Scale(header, half), TKind.Minimum(header, half));
        for (var entry = 0; entry < entries; entry++, scales += stride, minima += stride)
        {
            TKind.BlockScale(header, groupScale, entry, half).Store(scales);
            if (TKind.HasMinima)
                TKind.BlockMinimum(header, groupMinimum, entry, half).Store(minima);
        }
    }
}
