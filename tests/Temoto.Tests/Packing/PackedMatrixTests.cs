using System.Buffers.Binary;
using Temoto.Packing;

namespace Temoto.Tests.Packing;

public class PackedMatrixTests
{
    /// <summary>One stream of every kind, of a matrix of 45 rows with a tail in every sense: rows in a block, chunks in a row, chunks in a lane.</summary>
    public static TheoryData<string> Kinds =>
        ["plain", "naive", "packet", "frequency C=1", "frequency C=2", "frequency C=3", "frequency C=4", "bytes", "bytes, 16 lanes", "nibbles", "pairs", "pairs, escapes", "doubles", "escape", "escape, long rows"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryRangeOfRowsDecodes(string kind)
    {
        var (matrix, rowBytes, stream) = Sample(kind);
        var packed = PackingCheck.Open(stream);
        for (long start = 0; start <= packed.Rows; start++)
        {
            for (var end = start; end <= packed.Rows; end++)
                Assert.Equal(matrix.AsSpan((int)start * rowBytes, (int)(end - start) * rowBytes).ToArray(), PackingCheck.Decode(packed, start, end));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => PackingCheck.Decode(packed, 0, packed.Rows + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PackingCheck.Decode(packed, -1, 0));
    }

    /// <summary>Rows one by one, from two matrices in turn and several threads at once: nobody sees another's block.</summary>
    [Fact]
    public void ThreadsAndMatricesDoNotMeet()
    {
        var all = new[] { Sample("bytes, 16 lanes"), Sample("frequency C=3"), Sample("pairs, escapes") };
        var packed = Array.ConvertAll(all, item => PackingCheck.Open(item.Stream));
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var which = i % 3;
            var row = i / 3 % packed[which].Rows;
            Assert.Equal(all[which].Matrix.AsSpan((int)row * all[which].RowBytes, all[which].RowBytes).ToArray(), PackingCheck.Decode(packed[which], row, row + 1));
        });
    }

    [Fact]
    public unsafe void DecodingAllocatesNothing()
    {
        foreach (var kind in new[] { "frequency C=2", "bytes, 16 lanes", "pairs, escapes", "frequency C=3", "escape" })
        {
            var (matrix, _, stream) = Sample(kind);
            var packed = PackingCheck.Open(stream);
            var output = new byte[matrix.Length];
            fixed (byte* destination = output)
            {
                packed.DecodeRows(0, packed.Rows, destination);
                packed.DecodeRows(1, 2, destination);
                var before = GC.GetAllocatedBytesForCurrentThread();
                packed.DecodeRows(0, packed.Rows, destination);
                packed.DecodeRows(3, 5, destination);
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }
    }

    /// <summary>
    /// Damaged streams are refused on opening, refused on decoding, or give some rows, and the same along both paths; what lies behind the stream never matters and nothing outside
    /// the destination is written.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void DamagedStreamsEndWell(string kind)
    {
        var (_, _, stream) = Sample(kind);
        var allocated = 0L;
        var counts = Mutations.Run(stream, seed: 11, count: 400, Check);
        var mutator = new Formats.Mutator(stream, Math.Min(stream.Length, 200), new Random(12));
        for (var i = 0; i < 400; i++)
        {
            var damaged = mutator.Next();
            try
            {
                Check(damaged);
                counts.Read++;
            }
            catch (InputException error)
            {
                Assert.False(error.Message.Contains('\n', StringComparison.Ordinal));
                counts.Refused++;
            }
        }
        Assert.True(counts.Refused > 300 && counts.Read > (kind == "plain" ? 5 : 10), $"{counts}");
        Assert.InRange(allocated, 0, 4 << 20);

        void Check(byte[] damaged)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var packed = PackingCheck.Open(damaged);
            allocated = Math.Max(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            if (packed.Rows == 0 || packed.RowBytes > 1 << 20)
                return;
            var rows = Math.Min(packed.Rows, 1 + (1 << 16) / Math.Max(1, packed.RowBytes));
            foreach (var (start, end) in new[] { (0L, rows), (packed.Rows - 1, packed.Rows) })
            {
                var plainly = Outcome(() => PackingCheck.Decode(packed, start, end, plainly: true));
                Assert.Equal(plainly, Outcome(() => PackingCheck.Decode(packed, start, end)));
                foreach (var behind in new byte[] { 0, 0xFF })
                    Assert.Equal(plainly, Outcome(() => DecodeBefore(damaged, behind, start, end)));
            }
            PackingCheck.Decode(packed, 0, rows);
        }
    }

    /// <summary>Every prefix of a stream is refused, on opening or on decoding: nothing short is silently taken.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void TruncatedStreamsAreRefused(string kind)
    {
        var (_, _, stream) = Sample(kind);
        for (var length = 0; length < stream.Length; length += length < 300 ? 1 : 37)
        {
            Assert.Throws<InputException>(() =>
            {
                var packed = PackingCheck.Open(stream[..length]);
                PackingCheck.Decode(packed, 0, packed.Rows);
            });
        }
    }

    [Theory]
    [InlineData("frequency C=2", 0, 2, "packing version 2")]
    [InlineData("frequency C=2", 1, 6, "packing mode 6")]
    [InlineData("frequency C=2", 2, 0, "chunks of 0 bytes")]
    [InlineData("frequency C=2", 2, 5, "chunks of 5 bytes")]
    [InlineData("frequency C=2", 3, 5, "5 mode bits")]
    [InlineData("naive", 3, 1, "1 mode bits")]
    [InlineData("frequency C=2", 11, 255, "rows of")]
    [InlineData("frequency C=2", 14, 100, "packets of 100 bits")]
    [InlineData("frequency C=2", 15, 255, "packets of 65408 bits")]
    [InlineData("frequency C=2", 18, 255, "unique chunks")]
    [InlineData("frequency C=2", 20, 0, "packet width of 0 bits")]
    [InlineData("frequency C=2", 27, 17, "packet width of 17 bits")]
    [InlineData("frequency C=2", 20, 16, "packet width of")]
    [InlineData("bytes", 3, 3, "code table kind 3")]
    [InlineData("bytes", 3, 2, "codes of 1 bits")]
    [InlineData("bytes", 2, 2, "chunks of 2 bytes")]
    [InlineData("bytes", 14, 5, "5 lanes")]
    [InlineData("bytes", 16, 0, "more than 256 bytes")]
    [InlineData("nibbles", 16, 0x17, "a code of 7 bits")]
    [InlineData("nibbles", 16, 0x11, "complete code")]
    [InlineData("pairs", 16, 200, "codes of 1 bits")]
    [InlineData("escape", 2, 2, "chunks of 2 bytes")]
    [InlineData("escape", 3, 1, "detail 1")]
    [InlineData("escape", 14, 1, "width 1")]
    [InlineData("escape", 146, 255, "that ends at")]
    [InlineData("plain", 4, 99, "bytes of rows")]
    public void EveryFieldIsChecked(string kind, int offset, byte value, string found)
    {
        var (_, _, stream) = Sample(kind);
        stream[offset] = value;
        var error = Assert.Throws<InputException>(() => PackingCheck.Open(stream));
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("file: tensor: found ", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A packet by hand: 3 mode bits, then IDs of 2 bits from the least significant bit on.</summary>
    [Fact]
    public void ReadsAPacketMadeByHand()
    {
        var stream = new byte[64];
        stream[0] = 1;
        stream[1] = (byte)PackingMode.Frequency;
        stream[2] = 2;
        stream[3] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(stream.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(stream.AsSpan(8), 7);
        BinaryPrimitives.WriteUInt16LittleEndian(stream.AsSpan(12), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(stream.AsSpan(14), 128);
        BinaryPrimitives.WriteUInt32LittleEndian(stream.AsSpan(16), 3);
        byte[] widthsAndChunks = [1, 2, 10, 11, 20, 21, 30, 31];
        widthsAndChunks.CopyTo(stream, 20);
        // 28 bytes of header and tables, so the block starts at 32. Mode 1: IDs of 2 bits. IDs 2, 0, 1, and 3, which is beyond the Unique Matrix.
        stream[32] = 0b01_00_10_1;
        stream[33] = 0b11 >> 1;
        stream[32] |= 0b1 << 7;
        var packed = PackingCheck.Open(stream[..48]);
        Assert.Equal([30, 31, 10, 11, 20, 21, 0], PackingCheck.Decode(packed, 0, 1));
    }

    /// <summary>Four rows of two-bit codes by hand: bytes 0, 1 and 255 with the codes 10, 11 and 0.</summary>
    [Fact]
    public void ReadsAPrefixCodeMadeByHand()
    {
        var writer = new BitWriter();
        // Lengths from byte 0x80 on: 127 unused, byte 255 has length 1 (absolute), bytes 0 and 1 have length 2, 126 unused.
        writer.Write(0b1111, 4);
        writer.Write(126, 8);
        writer.Write(0b0111, 4);
        writer.Write(1, 4);
        writer.Write(0b01, 2);
        writer.Write(0, 1);
        writer.Write(0, 1);
        writer.Write(0b1111, 4);
        writer.Write(125, 8);
        byte[] table = writer.ToArray();
        var header = new byte[16];
        new PackedHeader(PackingMode.Entropy, 1, 0, 2, 3, 2, 1).Write(header);
        // 255, 0, 1 / 1, 255, 255: codes 0 10 11 / 11 0 0, the first bit lowest.
        byte[] block = [0b_0_11_11_01_0, 0b0];
        var packed = PackingCheck.Open([.. header, .. table, .. block]);
        Assert.Equal([255, 0, 1, 1, 255, 255], PackingCheck.Decode(packed, 0, 2));
        Assert.Equal(3, packed.TableChunks);
    }

    /// <summary>Three rows of four bytes by hand: IDs of two bits with an escape, IDs of one bit without, bytes as they are.</summary>
    [Fact]
    public void ReadsEscapesMadeByHand()
    {
        var header = new byte[16];
        new PackedHeader(PackingMode.Escape, 1, 0, 3, 4, 3, 0).Write(header);
        var table = new byte[128];
        (table[0], table[1], table[2], table[3]) = (40, 50, 60, 70);
        // One escape in all; heads: width less one, escapes times eight.
        byte[] block = [1, 0, 0, 0, 1 + 8, 0, 0, 0, 7, 0, 99, 0b_10_00_01_11, 0b_0110, 9, 8, 7, 6];
        var packed = PackingCheck.Open([.. header, .. table, .. block, .. new byte[4 + 64]]);
        Assert.Equal([70, 50, 99, 60, 40, 50, 50, 40, 9, 8, 7, 6], PackingCheck.Decode(packed, 0, 3));
        Assert.Equal([40, 50, 50, 40], PackingCheck.Decode(packed, 1, 2));
        // An escape more than the head says, and one less.
        block[11] = 0b_00_00_01_11;
        Assert.Throws<InputException>(() => PackingCheck.Decode(PackingCheck.Open([.. header, .. table, .. block, .. new byte[4 + 64]]), 0, 1));
        block[11] = 0b_10_01_01_11;
        Assert.Throws<InputException>(() => PackingCheck.Decode(PackingCheck.Open([.. header, .. table, .. block, .. new byte[4 + 64]]), 0, 1));
    }

    private static byte[]? Outcome(Func<byte[]> decode)
    {
        try
        {
            return decode();
        }
        catch (InputException)
        {
            return null;
        }
    }

    private static unsafe byte[] DecodeBefore(byte[] stream, byte behind, long start, long end)
    {
        using var buffer = new Temoto.Tensors.NativeBuffer(stream.Length + 64);
        new Span<byte>(buffer.Data, stream.Length + 64).Fill(behind);
        stream.CopyTo(new Span<byte>(buffer.Data, stream.Length));
        return PackingCheck.Decode(PackedMatrix.Open("file", "tensor", buffer.Data, stream.Length, buffer), start, end);
    }

    internal static unsafe (byte[] Matrix, int RowBytes, byte[] Stream) Sample(string kind)
    {
        const int rows = 45;
        var rowBytes = kind.Contains("16 lanes", StringComparison.Ordinal) ? 1031 : kind.Contains("long rows", StringComparison.Ordinal) ? 8195 : 131;
        var matrix = SampleMatrices.Peaked(rows * rowBytes, seed: 8);
        if (kind == "nibbles")
            matrix = [.. matrix.Take(rows * 16).Zip(SampleMatrices.Peaked(rows * 16, seed: 9), (low, high) => (byte)((low & 0xF) | (high & 0xF) << 4))];
        if (kind is "doubles" or "frequency C=4")
            matrix = Array.ConvertAll(matrix, value => (byte)(value & 3));
        if (kind == "pairs")
            matrix = Array.ConvertAll(matrix, value => (byte)(value & 1));
        if (kind == "nibbles")
            rowBytes = 16;
        var settings = new PackingSettings
        {
            Mode = kind == "plain" ? PackingMode.None : kind == "naive" ? PackingMode.Naive : kind == "packet" ? PackingMode.Packet : kind.StartsWith("frequency", StringComparison.Ordinal) ? PackingMode.Frequency : kind.StartsWith("escape", StringComparison.Ordinal) ? PackingMode.Escape : PackingMode.Entropy,
            ChunkBytes = kind.Contains("C=", StringComparison.Ordinal) ? kind[^1] - '0' : kind.StartsWith("pairs", StringComparison.Ordinal) ? 2 : kind is "naive" or "packet" ? null : 1,
            BlockRows = kind == "nibbles" ? 45 : 16,
        };
        var (stream, statistics) = PackingCheck.Pack(matrix, rows, rowBytes, settings);
        using (stream)
        {
            Assert.Equal(settings.Mode, statistics.Mode);
            if (settings.Mode == PackingMode.Entropy)
                Assert.Equal(kind == "nibbles" ? PrefixTableKind.Nibbles : settings.ChunkBytes == 2 ? PrefixTableKind.Pairs : PrefixTableKind.Bytes, (PrefixTableKind)stream.Data[3]);
            return (matrix, rowBytes, PackingCheck.ToArray(stream));
        }
    }
}
