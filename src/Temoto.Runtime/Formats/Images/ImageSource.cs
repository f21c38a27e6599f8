using System.Buffers.Binary;

namespace Temoto.Formats.Images;

/// <summary>The bytes of a picture file of untrusted origin. Reading beyond them is bad input that names the place.</summary>
internal sealed class ImageSource(string name, byte[] data)
{
    private const string Next = "fetch the picture again, or save it anew as PNG or baseline JPEG";

    /// <summary>For error lines.</summary>
    public string Name => name;

    public byte[] Data => data;

    /// <param name="where">A part of the format and its offset, as in "IDAT at byte 57".</param>
    public InputException Bad(string where, string found, string expected) => new(name, where, found, expected, Next);

    /// <summary>Bytes [at, at + length), all of which must be there.</summary>
    public ReadOnlySpan<byte> Bytes(int at, int length, string part) =>
        length >= 0 && at <= data.Length - length
            ? data.AsSpan(at, length)
            : throw Bad($"{part} at byte {at}", $"{Math.Max(0, data.Length - at)} bytes before the end of the file", $"{length} bytes");

    public byte UInt8(int at, string part) => Bytes(at, 1, part)[0];

    public int UInt16BigEndian(int at, string part) => BinaryPrimitives.ReadUInt16BigEndian(Bytes(at, 2, part));

    public uint UInt32BigEndian(int at, string part) => BinaryPrimitives.ReadUInt32BigEndian(Bytes(at, 4, part));

    public int UInt16(int at, string part) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(at, 2, part));

    public int Int32(int at, string part) => BinaryPrimitives.ReadInt32LittleEndian(Bytes(at, 4, part));

    public uint UInt32(int at, string part) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(at, 4, part));

    /// <summary>Before anything is allocated by them.</summary>
    public void CheckSize(string where, long width, long height)
    {
        if (width is < 1 or > Image.MaxSide || height is < 1 or > Image.MaxSide || width * height > Image.MaxPixels)
            throw Bad(where, $"{width} x {height} pixels", $"1 to {Image.MaxSide} on each side and at most {Image.MaxPixels} in all");
    }

    /// <summary>Refuses a file that is too short for the pixels it announces.</summary>
    /// <param name="neededBytes">The fewest bytes in which the format can hold them.</param>
    public void CheckPayload(string where, long presentBytes, long neededBytes)
    {
        if (presentBytes < neededBytes)
            throw Bad(where, $"{presentBytes} bytes of pixel data", $"at least {neededBytes} for the size it announces");
    }
}
