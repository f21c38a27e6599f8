using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>Rows of the <see cref="EscapeCode"/>, 64 bytes at a time by AVX512-VBMI: as many shuffles as it takes to read them, no branch, whatever their widths and escapes.</summary>
internal static unsafe class EscapeShuffle
{
    private const int UnitIds = EscapeCode.UnitIds;

    private static readonly Lazy<bool> Usable = new(() => Processor.HasByteShuffles && Unescapes());

    /// <summary>Whether the processor has the instructions, and they have passed their test, which is run once.</summary>
    public static bool IsUsable => Usable.Value;

    /// <summary>As <see cref="EscapeCode.Decode"/>.</summary>
    public static bool Decode(EscapedRow row, EscapedRows code, byte* destination) => (row.Width, row.Escapes != row.EscapesEnd) switch
    {
        (EscapeCode.PlainWidth, _) => Decode<WholeBytes>(row, code, destination),
        (EscapeCode.MostIdBits, true) => Decode<SevenBits>(row, code, destination),
        (EscapeCode.MostIdBits, false) => Decode<Unescaped<SevenBits>>(row, code, destination),
        (_, true) => Decode<SixBits>(row, code, destination),
        (_, false) => Decode<Unescaped<SixBits>>(row, code, destination),
    };

    /// <summary>Rows in the escape code, of every width, come out as the specification lays them out.</summary>
    private static bool Unescapes()
    {
        // Units, and a part of one.
        const int rowBytes = 3 * EscapeCode.UnitIds + 33;
        var expected = stackalloc byte[2 * rowBytes];
        using var sample = new EscapedSample(EscapedSample.Kinds, rowBytes);
        var located = new EscapedRow();
        for (var row = 0; row < EscapedSample.Kinds; row++)
        {
            sample.Escaped.Locate(row, row + 1, &located);
            sample.DecodeRows(row, row + 1, expected);
            if (!Decode(located, sample.Escaped, expected + rowBytes) || !new Span<byte>(expected, rowBytes).SequenceEqual(new Span<byte>(expected + rowBytes, rowBytes)))
                return false;
        }
        return true;
    }

    /// <summary>The next <paramref name="count"/> bytes, at most 64; what follows means nothing. Reads 64 bytes of IDs, and as many escapes whether they are used or not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Unit<TWidth>(byte* ids, int count, ref byte* escapes, Vector512<byte> spread, Vector512<byte> shifts, Vector512<byte> mask, Vector512<byte> low, Vector512<byte> high)
        where TWidth : struct, IIdWidth
    {
        if (!TWidth.HasIds)
            return Vector512.Load(ids);
        var shifted = Avx512Vbmi.MultiShift(shifts, Avx512Vbmi.PermuteVar64x8(Vector512.Load(ids), spread).AsUInt64());
        if (!TWidth.HasEscapes)
            return TWidth.LookUp(shifted, low, high);
        var escaped = Vector512.Equals(shifted & mask, Vector512<byte>.Zero) & First(count);
        var bytes = Avx512Vbmi2.ExpandLoad(escapes, escaped, TWidth.LookUp(shifted, low, high));
        escapes += BitOperations.PopCount(escaped.ExtractMostSignificantBits());
        return bytes;
    }

    /// <summary>The first <paramref name="count"/> bytes.</summary>
    private static Vector512<byte> First(int count) => Vector512.LessThan(Vector512<byte>.Indices, Vector512.Create((byte)count));

    private static bool Decode<TWidth>(EscapedRow row, EscapedRows code, byte* destination)
        where TWidth : struct, IIdWidth
    {
        var shuffles = code.Shuffles + (TWidth.HasIds ? row.Width - 1 : 0) * EscapeCode.ShuffleBytes;
        Vector512<byte> spread = Vector512.Load(shuffles), shifts = Vector512.Load(shuffles + UnitIds);
        Vector512<byte> mask = Vector512.Load(shuffles + 2 * UnitIds), low = Vector512.Load(shuffles + 3 * UnitIds), high = Vector512.Load(shuffles + 4 * UnitIds);
        var ids = row.Ids;
        var escapes = row.Escapes;
        var left = code.RowBytes;
        var step = 8 * row.Width;
        for (; left >= UnitIds; left -= UnitIds, ids += step, destination += UnitIds)
            Unit<TWidth>(ids, UnitIds, ref escapes, spread, shifts, mask, low, high).Store(destination);
        if (left > 0)
            Avx512BW.MaskStore(destination, First((int)left), Unit<TWidth>(ids, (int)left, ref escapes, spread, shifts, mask, low, high));
        return escapes == row.EscapesEnd;
    }
}
