namespace Temoto.Packing;

/// <summary>Bits of a table, from the least significant bit of each byte on.</summary>
internal sealed class BitWriter
{
    private readonly List<byte> bytes = [];
    private int bits;

    public void Write(uint value, int count)
    {
        for (var i = 0; i < count; i++, bits++)
        {
            if (bits % 8 == 0)
                bytes.Add(0);
            bytes[^1] |= (byte)((value >> i & 1) << bits % 8);
        }
    }

    public byte[] ToArray() => [.. bytes];
}

/// <summary>Reads what <see cref="BitWriter"/> wrote; behind the end there are zeros, and <see cref="Overrun"/> says so.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int bits;

    /// <summary>Bytes of which a bit was read.</summary>
    public readonly int BytesRead => (bits + 7) / 8;

    public readonly bool Overrun => BytesRead > bytes.Length;

    public uint Read(int count)
    {
        uint value = 0;
        for (var i = 0; i < count; i++, bits++)
        {
            if (bits / 8 < bytes.Length)
                value |= (uint)(bytes[bits / 8] >> bits % 8 & 1) << i;
        }
        return value;
    }
}
