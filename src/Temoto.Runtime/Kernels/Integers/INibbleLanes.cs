namespace Temoto.Kernels.Integers;

/// <summary>
/// What <see cref="NibbleDecode{TFloats, TLanes, TVector, TNibbles}"/> asks of a register width. A <em>unit</em> is as many blocks as fill a register with their 16 bytes of
/// nibbles: the eight products of columns that share four bytes make one lane, so that a block has four lanes.
/// </summary>
/// <typeparam name="TVector">A register of float32.</typeparam>
internal unsafe interface INibbleLanes<TVector>
{
    /// <summary>Blocks of a unit; a register holds four times as many floats.</summary>
    static abstract int UnitBlocks { get; }

    /// <summary>The nibbles of a unit, as the bytes lie: a register of them, whatever its type says.</summary>
    /// <param name="unit">The first block.</param>
    static abstract TVector Bytes<TNibbles>(byte* unit)
        where TNibbles : struct, INibbles;

    /// <summary>The same for the first blocks of a unit, at least one; nothing behind them is read, and the other bytes are 0.</summary>
    static abstract TVector BytesOf<TNibbles>(int blocks, byte* unit)
        where TNibbles : struct, INibbles;

    /// <summary>The low nibble of each byte.</summary>
    static abstract TVector Low(TVector bytes);

    /// <summary>The high nibble of each byte.</summary>
    static abstract TVector High(TVector bytes);

    /// <summary>The sums of a unit's products, nibble times activation, as floats.</summary>
    /// <param name="xLow">What meets the low nibbles, 16 per block.</param>
    /// <param name="xHigh">What meets the high ones.</param>
    static abstract TVector Products(TVector low, TVector high, sbyte* xLow, sbyte* xHigh);

    /// <summary>Of a value per block, those of unit <paramref name="unit"/> (0 to 3), each four times.</summary>
    static abstract TVector Spread(TVector perBlock, int unit);

    /// <summary>Lane i becomes lane (first + i) >> shift.</summary>
    static abstract TVector Repeat(TVector perGroup, int first, int shift);

    /// <summary>The half floats in front of <paramref name="count"/> blocks (1 to a register of them); the other lanes are 0.</summary>
    static abstract TVector BlockScales<TNibbles>(byte* block, int count)
        where TNibbles : struct, INibbles;

    /// <summary><paramref name="count"/> half floats; nothing behind them is read, and the other lanes are 0.</summary>
    static abstract TVector Halves(ushort* source, int count);

    /// <summary><paramref name="count"/> nibbles as floats, the first in a low nibble; bytes behind them are not read, and what the other lanes hold is finite.</summary>
    static abstract TVector Nibbles(byte* source, int count);
}
