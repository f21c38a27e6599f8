using System.Runtime.InteropServices;
using Temoto.Packing;
using Temoto.Tensors;

namespace Temoto.Tests.Packing;

/// <summary>Packs matrices and reads them back.</summary>
internal static unsafe class PackingCheck
{
    /// <summary>Packs, opens, decodes everything along both paths and compares bit for bit.</summary>
    public static PackingStatistics RoundTrip(byte[] matrix, long rows, long rowBytes, PackingSettings settings, int weightBits = 8)
    {
        var (stream, statistics) = Pack(matrix, rows, rowBytes, settings, weightBits);
        using (stream)
        {
            Assert.Equal(stream.ByteLength, statistics.PackedBytes);
            var packed = PackedMatrix.Open("file", "tensor", stream.Data, stream.ByteLength, stream);
            Assert.Equal((rows, rowBytes, statistics.Mode, stream.ByteLength), (packed.Rows, packed.RowBytes, packed.Mode, packed.ByteLength));
            Assert.True(matrix.AsSpan().SequenceEqual(Decode(packed, 0, rows)), $"{statistics.Mode} [{rows}, {rowBytes}]");
            Assert.True(matrix.AsSpan().SequenceEqual(Decode(packed, 0, rows, plainly: true)), $"{statistics.Mode} [{rows}, {rowBytes}], plainly");
            if (statistics.Mode != PackingMode.None)
                Assert.Equal(statistics, PackingStatistics.Of(packed, weightBits));
        }
        return statistics;
    }

    public static (NativeBuffer Stream, PackingStatistics Statistics) Pack(byte[] matrix, long rows, long rowBytes, PackingSettings settings, int weightBits = 8)
    {
        fixed (byte* data = matrix.Length == 0 ? new byte[1] : matrix)
            return PackingEncoder.Encode(data, rows, rowBytes, weightBits, settings);
    }

    /// <summary>Rows [start, end) between two guards that decoding must leave alone.</summary>
    public static byte[] Decode(PackedMatrix packed, long start, long end, bool plainly = false)
    {
        const int guard = 64;
        var bytes = (int)((end - start) * packed.RowBytes);
        using var buffer = new NativeBuffer(bytes + 2 * guard);
        new Span<byte>(buffer.Data, bytes + 2 * guard).Fill(0xA5);
        packed.DecodeRows(start, end, buffer.Data + guard, plainly);
        Assert.False(new Span<byte>(buffer.Data, guard).ContainsAnyExcept((byte)0xA5), "written before the destination");
        Assert.False(new Span<byte>(buffer.Data + guard + bytes, guard).ContainsAnyExcept((byte)0xA5), "written behind the destination");
        return new Span<byte>(buffer.Data + guard, bytes).ToArray();
    }

    /// <summary>Opens a stream whose last byte lies directly before the buffer's end, so that reading further is reading foreign memory.</summary>
    public static PackedMatrix Open(byte[] stream)
    {
        var data = (byte*)NativeMemory.Alloc((nuint)Math.Max(1, stream.Length));
        stream.CopyTo(new Span<byte>(data, stream.Length));
        return PackedMatrix.Open("file", "tensor", data, stream.Length, new Allocation((nint)data));
    }

    public static byte[] ToArray(NativeBuffer stream) => new Span<byte>(stream.Data, (int)stream.ByteLength).ToArray();

    private sealed class Allocation(nint data)
    {
        ~Allocation() => NativeMemory.Free((void*)data);
    }
}
