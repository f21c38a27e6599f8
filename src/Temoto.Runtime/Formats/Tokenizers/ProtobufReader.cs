using System.Buffers.Binary;

namespace Temoto.Formats.Tokenizers;

/// <summary>Reads the fields of a protocol buffer message one after the other (protobuf.dev, "Encoding").</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    /// <summary>Of the field at hand.</summary>
    public int Number { get; private set; }

    /// <summary>The value of a varint field, or the bits of a fixed one.</summary>
    public ulong Value { get; private set; }

    /// <summary>Of a field of text, bytes or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Of a fixed field of 32 bits.</summary>
    public readonly float Single => BitConverter.UInt32BitsToSingle((uint)Value);

    /// <summary>Goes to the next field; false at the end.</summary>
    /// <exception cref="FormatException">The message is damaged.</exception>
    public bool Next()
    {
        if (rest.IsEmpty)
            return false;
        var tag = Varint();
        Number = (int)Math.Min(tag >> 3, int.MaxValue);
        Value = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Value = Varint();
                return true;
            case 1:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                return true;
            case 2:
                Bytes = Take(Varint());
                return true;
            case 5:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                return true;
            default:
                throw new FormatException($"a field of wire type {tag & 7}");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw new FormatException("a number of more than ten bytes");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
            throw new FormatException($"a field of {count} bytes with {rest.Length} left");
        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }
}
