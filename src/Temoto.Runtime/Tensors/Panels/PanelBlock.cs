using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Temoto.Tensors.Panels;

/// <summary>A row's lane in a block of a panel: <see cref="RowIntegers"/> as words of four columns, each a line of all rows apart (<see cref="PanelLayout"/>).</summary>
internal static unsafe class PanelBlock
{
    private const int Rows = PanelLayout.Rows;

    /// <summary>2^q for quad q: bits of quads side by side.</summary>
    private static Vector256<uint> QuadBits => Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);

    /// <summary>2^2q for quad q of four, twice.</summary>
    private static Vector256<uint> QuadPairs => Vector256.Create(1u, 4, 16, 64, 1, 4, 16, 64);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(int bits, Vector256<byte> integers, byte* block, int lane)
    {
        var words = (uint*)block + lane;
        if (bits == 8)
        {
            Spread(integers.GetLower(), words);
            Spread(integers.GetUpper(), words + 4 * Rows);
            return;
        }
        Spread(RowIntegers.PackNibbles(integers & Vector256.Create((byte)0xF)), words);
        var more = integers.AsUInt32() >> 4;
        // Quads' bits do not meet, so that their sum is all of them.
        if (bits == 5)
            words[4 * Rows] = Vector256.Sum((more & Vector256.Create(0x01010101u)) * QuadBits);
        if (bits != 6)
            return;
        var pairs = (more & Vector256.Create(0x03030303u)) * QuadPairs;
        words[4 * Rows] = Vector128.Sum(pairs.GetLower());
        words[5 * Rows] = Vector128.Sum(pairs.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Read(int bits, byte* block, int lane)
    {
        var words = (uint*)block + lane;
        if (bits == 8)
            return Vector256.Create(Gathered(words), Gathered(words + 4 * Rows));
        var integers = RowIntegers.Nibbles(Gathered(words));
        if (bits == 5)
        {
            var bit = QuadBits * 0x01010101u;
            return integers | Vector256.Equals((Vector256.Create(words[4 * Rows]) & bit).AsByte(), bit.AsByte()) & Vector256.Create((byte)0x10);
        }
        return bits == 6 ? integers | Vector256.Create(Pairs(words[4 * Rows]), Pairs(words[5 * Rows])) : integers;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(Vector128<byte> quads, uint* words)
    {
        var values = quads.AsUInt32();
        words[0] = values[0];
        words[Rows] = values[1];
        words[2 * Rows] = values[2];
        words[3 * Rows] = values[3];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Gathered(uint* words) => Vector128.Create(words[0], words[Rows], words[2 * Rows], words[3 * Rows]).AsByte();

    /// <summary>Two bits of four quads, as bits 4 and 5 of each of their columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Pairs(uint word) => (Vector128.Create(word << 4, word << 2, word, word >> 2) & Vector128.Create(0x30303030u)).AsByte();
}
