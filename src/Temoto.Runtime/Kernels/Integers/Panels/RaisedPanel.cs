using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Integers.Panels;

/// <summary>
/// A panel's integers as unsigned bytes, q - zero + 128, and its scales and minima as floats: what products of many tokens by instructions for unsigned bytes take, in which two panels of 16 rows stand side by side. 512 bits: AVX-512BW.
/// </summary>
/// <typeparam name="TKind">What the integers stand for.</typeparam>
internal static unsafe class RaisedPanel<TKind>
    where TKind : struct, IPanelKind
{
    /// <summary>Rows that stand side by side.</summary>
    public const int Rows = 2 * PanelLayout.Rows;

    private const int QuadBytes = 4 * Rows;

    /// <summary>Scales of a block: Q6_K has one for each half.</summary>
    public static int BlockScales => TKind.Bits == 6 ? 2 : 1;

    /// <summary>Of 32 rows: integers, scales, minima.</summary>
    public static long Bytes(long blocks) => blocks * Rows * (PanelLayout.BlockColumns + sizeof(float) * (BlockScales + (TKind.HasMinima ? 1 : 0)));

    /// <summary>From the integers to the scales.</summary>
    public static long ScalesAt(long blocks) => blocks * Rows * PanelLayout.BlockColumns;

    /// <summary>From the integers to the minima.</summary>
    public static long MinimaAt(long blocks) => ScalesAt(blocks) + blocks * BlockScales * Rows * sizeof(float);

    /// <summary>Writes a panel of 16 rows as one half of a panel of 32.</summary>
    /// <param name="raised">[blocks, 8 quads, 32 rows, 4 columns] bytes, then scales [blocks, <see cref="BlockScales"/>, 32 rows] and minima [blocks, 32 rows].</param>
    public static void Write(in PanelLayout layout, byte* panel, int half, byte* raised)
    {
        var scales = (float*)(raised + ScalesAt(layout.Blocks)) + half * PanelLayout.Rows;
        var minima = (float*)(raised + MinimaAt(layout.Blocks)) + half * PanelLayout.Rows;
        var integers = raised + half * PanelLayout.QuadBytes;
        for (long block = 0; block < layout.Blocks;)
        {
            var header = panel;
            panel += layout.HeaderBytes;
            for (var at = 0; at < layout.HeaderBytes; at += PanelLayout.QuadBytes)
                Prefetch.Ahead(header + at);
            var end = Math.Min(layout.Blocks, block + layout.GroupBlocks);
            var entries = (int)(end - block) * BlockScales;
            PanelHeader<TKind>.Write(header, 0, entries, Rows, scales, minima);
            PanelHeader<TKind>.Write(header, 1, entries, Rows, scales + 8, minima + 8);
            var raise = Raise(header);
            for (; block < end; block++, panel += layout.BlockBytes, integers += QuadBytes * 8, scales += BlockScales * Rows, minima += Rows)
                WriteIntegers(panel, raise, integers);
        }
    }

    /// <summary>128 - zero, for the four columns of each row.</summary>
    private static Vector512<byte> Raise(byte* header)
    {
        if (!TKind.HasZeros)
            return Vector512.Create((byte)(QuantizedRow.WeightOffset - TKind.Zero));
        var zeros = Vector512.Create(TKind.GroupZero(header, 0), TKind.GroupZero(header, 1));
        return ((Vector512.Create(QuantizedRow.WeightOffset) - zeros) * 0x01010101).AsByte();
    }

    private static void WriteIntegers(byte* block, Vector512<byte> raise, byte* integers)
    {
        if (TKind.Bits == 8)
            WriteBytes(block, integers);
        else if (TKind.Bits == 4)
            WriteNibbles(block, raise, integers);
        else
            WriteMore(block, raise, integers);
    }

    private static void WriteBytes(byte* block, byte* integers)
    {
        for (var quad = 0; quad < 8; quad++, block += PanelLayout.QuadBytes)
        {
            Prefetch.Ahead(block);
            (Vector512.Load(block) ^ Vector512.Create((byte)QuantizedRow.WeightOffset)).Store(integers + quad * QuadBytes);
        }
    }

    private static void WriteNibbles(byte* block, Vector512<byte> raise, byte* integers)
    {
        var mask = Vector512.Create((byte)0xF);
        for (var k = 0; k < 4; k++, block += PanelLayout.QuadBytes)
        {
            Prefetch.Ahead(block);
            var bytes = Vector512.Load(block);
            ((bytes & mask) + raise).Store(integers + k * QuadBytes);
            (((bytes.AsUInt16() >> 4).AsByte() & mask) + raise).Store(integers + (k + 4) * QuadBytes);
        }
    }

    /// <summary>Five and six bits.</summary>
    private static void WriteMore(byte* block, Vector512<byte> raise, byte* integers)
    {
        for (var line = 0; line < TKind.Bits; line++)
            Prefetch.Ahead(block + line * PanelLayout.QuadBytes);
        Vector512<byte> more = Vector512.Load(block + 4 * PanelLayout.QuadBytes), highMore = TKind.Bits == 6 ? Vector512.Load(block + 5 * PanelLayout.QuadBytes) : more;
        WriteQuads(block, 0, more, highMore, raise, integers);
        WriteQuads(block, 1, more, highMore, raise, integers);
        WriteQuads(block, 2, more, highMore, raise, integers);
        WriteQuads(block, 3, more, highMore, raise, integers);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteQuads(byte* block, int k, Vector512<byte> more, Vector512<byte> highMore, Vector512<byte> raise, byte* integers)
    {
        var nibbles = Vector512.Load(block + k * PanelLayout.QuadBytes);
        (Integers(nibbles, more, k, false) + raise).Store(integers + k * QuadBytes);
        (Integers(nibbles, highMore, k, true) + raise).Store(integers + (k + 4) * QuadBytes);
    }

    /// <inheritdoc cref="PanelDot{TKind, TProducts}.Integers"/>
    /// <remarks>Written out twice: a method that both call goes beyond what the compiler inlines for one token, which then takes 2.5 times as long (measured, Q6_K).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Integers(Vector512<byte> nibbles, Vector512<byte> more, int k, bool high)
    {
        var low = (high ? (nibbles.AsUInt16() >> 4).AsByte() : nibbles) & Vector512.Create((byte)0xF);
        var up = 4 - (TKind.Bits == 5 ? (high ? k + 4 : k) : 2 * k);
        var moved = up >= 0 ? more.AsUInt16() << up : more.AsUInt16() >> -up;
        return low | moved.AsByte() & Vector512.Create((byte)(TKind.Bits == 5 ? 0x10 : 0x30));
    }
}
