using System.Buffers.Binary;

namespace Temoto.Tests.Formats;

/// <summary>Damages files in the ways that broken downloads and hostile hands do. Most damage goes to the header, where it matters.</summary>
internal sealed class Mutator(byte[] original, int headerBytes, Random random)
{
    private static readonly long[] Interesting =
    [
        0, 1, -1, 2, 7, 31, 32, 33, 63, 64, 127, 128, 255, 256, 32767, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, (1L << 32) + 1, 1L << 40, 1L << 60, 1L << 62, long.MaxValue, long.MinValue,
    ];

    /// <summary>One to three changes.</summary>
    public byte[] Next()
    {
        var bytes = (byte[])original.Clone();
        for (var changes = random.Next(1, 4); changes > 0 && bytes.Length > 0; changes--)
            bytes = Change(bytes);
        return bytes;
    }

    private byte[] Change(byte[] bytes)
    {
        var at = random.Next(10) < 8 ? random.Next(Math.Min(headerBytes, bytes.Length)) : random.Next(bytes.Length);
        var length = Math.Min(random.Next(1, 24), bytes.Length - at);
        switch (random.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                var inserted = new byte[length];
                random.NextBytes(inserted);
                return [.. bytes[..at], .. inserted, .. bytes[at..]];
            case 4:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 5:
                // The same piece again, somewhere else: keys and names twice.
                var from = random.Next(Math.Min(headerBytes, bytes.Length));
                var piece = bytes.AsSpan(from, Math.Min(random.Next(1, 200), bytes.Length - from)).ToArray();
                return [.. bytes[..at], .. piece, .. bytes[at..]];
            case 6:
                Span<byte> number = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(number, Interesting[random.Next(Interesting.Length)]);
                var width = Math.Min(1 << random.Next(4), bytes.Length - at);
                number[..width].CopyTo(bytes.AsSpan(at));
                return bytes;
            case 7:
                // A number written as text gets another digit, sign, point or exponent.
                var digit = Array.FindIndex(bytes, at, b => b is >= (byte)'0' and <= (byte)'9');
                if (digit >= 0)
                    bytes[digit] = (byte)"0123456789-.eE"[random.Next(14)];
                return bytes;
            case 8:
                // Half a surrogate pair, as a name of its own or at the front of another.
                var quote = Array.FindIndex(bytes, at, b => b is (byte)'{' or (byte)'"');
                return quote < 0 ? bytes : [.. bytes[..(quote + 1)], .. bytes[quote] == (byte)'{' ? "\"\\ud800\":0,"u8 : "\\udc00"u8, .. bytes[(quote + 1)..]];
            default:
                // One structural character for another.
                var mark = Array.FindIndex(bytes, at, b => "{}[]\",:\\ntf".Contains((char)b, StringComparison.Ordinal));
                if (mark >= 0)
                    bytes[mark] = (byte)"{}[]\",:\\ntf0"[random.Next(12)];
                return bytes;
        }
    }
}
