using System.Buffers.Binary;
using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>Packs integer matrices without loss. <see cref="PackedMatrix"/> reads what it writes.</summary>
internal static unsafe class PackingEncoder
{
    /// <summary>Plain bytes of a block: large enough that its sizes are below 1 %, small enough for a second-level cache.</summary>
    private const long BlockBytes = 16 << 10;

    /// <summary>A block of fewer plain bytes has fewer lanes, so that their sizes do not weigh.</summary>
    private const long SixteenLaneBytes = 8 << 10;

    private const long FourLaneBytes = 4 << 10;

    /// <summary>Plain bytes packed into one piece of memory by one thread.</summary>
    private const long PieceBytes = 1 << 20;

    /// <summary>What auto looks at before it chooses.</summary>
    private const long SampleBytes = 4 << 20;

    /// <summary>Blocks that auto packs with IDs to see how many packets they take.</summary>
    private const int SampleBlocks = 4;

    /// <summary>The paper's chunk: two weights.</summary>
    private const int DefaultIdChunkBytes = 2;

    /// <summary>Packs a tensor with plain rows.</summary>
    public static (NativeBuffer Stream, PackingStatistics Statistics) Encode(Tensor tensor, PackingSettings settings) =>
        Encode(tensor.Data, tensor.Rows, tensor.RowBytes, tensor.DType == DType.I4 ? 4 : 8, settings);

    /// <summary>Packs a matrix [rows, rowBytes]. Where the mode asked for does not make it shorter, the stream holds plain rows.</summary>
    /// <param name="weightBits">8 for one weight per byte, 4 for two.</param>
    public static (NativeBuffer Stream, PackingStatistics Statistics) Encode(byte* matrix, long rows, long rowBytes, int weightBits, PackingSettings settings)
    {
        Check(settings);
        var source = new MatrixBlocks(matrix, rows, rowBytes, settings.Threads ?? Environment.ProcessorCount);
        var statistics = new PackingStatistics
        {
            Mode = PackingMode.None,
            ChunkBytes = settings.ChunkBytes ?? 1,
            Weights = rows * rowBytes * 8 / weightBits,
            PlainBytes = rows * rowBytes,
            PackedBytes = PackedHeader.Bytes + rows * rowBytes,
            TableBytes = PackedHeader.Bytes,
            UniqueChunks = 0,
            ChunkEntropyBits = 0,
            ByteEntropyBits = 0,
            Chunks = 0,
        };
        if (rows == 0 || rowBytes == 0 || rowBytes > PackedHeader.MostRowBytes)
            return (Plain(source), statistics);

        var blockRows = settings.BlockRows ?? DefaultBlockRows(rowBytes);
        var bytes = source.Histogram(1, sample: false);
        statistics = statistics with { ByteEntropyBits = bytes.EntropyBits };
        var histogram = settings.ChunkBytes is null or 1 ? bytes : source.Histogram(settings.ChunkBytes.Value, sample: false);
        Coding? best = null;
        if (settings.Mode == PackingMode.Auto)
            best = Choose(source, settings, blockRows, bytes, ref histogram);
        else if (settings.Mode == PackingMode.Entropy)
            best = ChooseEntropy(source, settings.ChunkBytes, blockRows, bytes, ref histogram);
        else if (settings.Mode == PackingMode.Escape)
            best = Escapes(source, blockRows, histogram = bytes);
        else if (settings.Mode != PackingMode.None)
        {
            if (settings.ChunkBytes is null)
                histogram = source.Histogram(DefaultIdChunkBytes, sample: false);
            best = Ids(source, settings, settings.Mode, blockRows, histogram);
        }
        statistics = statistics with { ChunkBytes = histogram.ChunkBytes, Chunks = histogram.Total, UniqueChunks = histogram.Uniques, ChunkEntropyBits = histogram.EntropyBits };
        if (best is not null && Pack(source, best) is { } packed)
        {
            using var buffers = packed;
            var stream = packed.Join(best, out var tableBytes);
            if (stream is not null)
                return (stream, statistics with { Mode = best.Header.Mode, PackedBytes = stream.ByteLength, TableBytes = tableBytes });
        }
        return (Plain(source), statistics);
    }

    /// <summary>Rows that make up <see cref="BlockBytes"/> to twice of them: a power of two, so that tiles of rows fall together with blocks.</summary>
    private static int DefaultBlockRows(long rowBytes)
    {
        var rows = 1;
        while (rows * rowBytes < BlockBytes && rows < 1 << 15)
            rows *= 2;
        return rows;
    }

    private static void Check(PackingSettings settings)
    {
        if (settings.ChunkBytes is < 1 or > 4 || settings is { Mode: PackingMode.Entropy, ChunkBytes: > 2 } or { Mode: PackingMode.Escape, ChunkBytes: > 1 })
            throw new ArgumentOutOfRangeException(nameof(settings), settings.ChunkBytes, "chunks have 1 to 4 bytes, with a prefix code 1 or 2, with escapes 1");
        if (settings.PacketBits % 64 != 0 || settings.PacketBits is < PacketDecoder.LeastPacketBits or > PacketDecoder.MostPacketBits)
            throw new ArgumentOutOfRangeException(nameof(settings), settings.PacketBits, $"packets have a multiple of 64 bits, {PacketDecoder.LeastPacketBits} to {PacketDecoder.MostPacketBits}");
        if (settings.ModeBits is < 0 or > PacketDecoder.MostModeBits)
            throw new ArgumentOutOfRangeException(nameof(settings), settings.ModeBits, $"0 to {PacketDecoder.MostModeBits} mode bits");
        if (settings.Widths is { } widths && (widths.Count != 1 << settings.ModeBits || !widths.SequenceEqual(widths.Order()) || widths[0] < 1 || widths[^1] > PacketDecoder.MostIdBits))
            throw new ArgumentOutOfRangeException(nameof(settings), string.Join(", ", widths), $"2^mode bits ascending widths from 1 to {PacketDecoder.MostIdBits}");
        if (settings.BlockRows is < 1 or > PackedHeader.MostBlockRows)
            throw new ArgumentOutOfRangeException(nameof(settings), settings.BlockRows, $"1 to {PackedHeader.MostBlockRows} rows a block");
        if (settings.Mode is not (PackingMode.None or PackingMode.Naive or PackingMode.Packet or PackingMode.Frequency or PackingMode.Entropy or PackingMode.Escape or PackingMode.Auto))
            throw new ArgumentOutOfRangeException(nameof(settings), settings.Mode, "a packing mode");
    }

    /// <summary>
    /// The shortest of: bytes by a prefix code, pairs by one, pairs by ID with re-indexing. Bytes are costed exactly; the others from a sample, and counted in full only
    /// where the sample promises less.
    /// </summary>
    private static Coding? Choose(MatrixBlocks source, PackingSettings settings, int blockRows, ChunkHistogram bytes, ref ChunkHistogram histogram)
    {
        if (settings.ChunkBytes > 2)
            return Ids(source, settings, PackingMode.Frequency, blockRows, histogram);
        var best = ChooseEntropy(source, settings.ChunkBytes, blockRows, bytes, ref histogram);
        var sample = source.Histogram(settings.ChunkBytes ?? DefaultIdChunkBytes, sample: true);
        if (sample.EntropyBits / sample.ChunkBytes * source.PlainBytes / 8 + sample.Uniques * sample.ChunkBytes > best.EstimatedBytes)
            return best;
        var full = histogram.ChunkBytes == sample.ChunkBytes ? histogram : source.Histogram(sample.ChunkBytes, sample: false);
        if (Ids(source, settings, PackingMode.Frequency, blockRows, full) is not { } ids)
            return best;
        ids = ids with { EstimatedBytes = source.Estimate(ids, SampleBlocks) };
        if (ids.EstimatedBytes >= best.EstimatedBytes)
            return best;
        histogram = full;
        return ids;
    }

    private static Coding ChooseEntropy(MatrixBlocks source, int? chunkBytes, int blockRows, ChunkHistogram bytes, ref ChunkHistogram histogram)
    {
        var best = chunkBytes == 2 ? null : Shorter(Prefix(source, PrefixTableKind.Bytes, blockRows, bytes), Prefix(source, PrefixTableKind.Nibbles, blockRows, bytes));
        if (chunkBytes == 1)
            return best!;
        if (best is not null && !PairsArePromising(source.Histogram(2, sample: true), source.PlainBytes, best.EstimatedBytes))
            return best;
        var pairs = histogram.ChunkBytes == 2 ? histogram : source.Histogram(2, sample: false);
        var coding = Prefix(source, PrefixTableKind.Pairs, blockRows, pairs);
        if (best is not null && best.EstimatedBytes <= coding.EstimatedBytes)
            return best;
        histogram = pairs;
        return coding;
    }

    /// <summary>Pairs that occur once in the sample are taken for escaped, the others for coded without loss.</summary>
    private static bool PairsArePromising(ChunkHistogram sample, long plainBytes, long limitBytes)
    {
        var bits = 0.0;
        long coded = 0;
        long tableBytes = 0;
        foreach (var count in sample.Counts)
        {
            if (count < 2)
                continue;
            bits -= count * Math.Log2((double)count / sample.Total);
            coded += count;
            tableBytes += 2;
        }
        bits += (sample.Total - coded) * (PrefixTable.EscapedBits + 1.0);
        return bits / 8 * plainBytes / (2.0 * Math.Max(1, sample.Total)) + tableBytes < limitBytes;
    }

    private static Coding Shorter(Coding a, Coding b) => b.EstimatedBytes < a.EstimatedBytes ? b : a;

    private static Coding Prefix(MatrixBlocks source, PrefixTableKind kind, int blockRows, ChunkHistogram histogram)
    {
        var table = PrefixTable.Build(kind, histogram);
        var alone = table.Chunks.Length == 1 && table.Escape is null;
        var header = new PackedHeader(PackingMode.Entropy, table.ChunkBytes, (int)kind, source.Rows, source.RowBytes, blockRows, 1);
        header = Fit(header);
        var blockBytes = Math.Min(source.Rows, header.BlockRows) * source.RowBytes;
        header = header with { Width = alone || blockBytes < FourLaneBytes ? 1 : blockBytes < SixteenLaneBytes ? 4 : 16 };
        var overheads = (header.Width - 1) * PrefixDecoder.SizeBytes(header) + header.Width / 2 + sizeof(uint);
        var estimated = PackedHeader.Bytes + table.Bytes.Length + table.Bits(histogram) / 8 + header.Blocks * overheads;
        return new Coding(header, new PrefixEncoder(table, header.Width, PrefixDecoder.SizeBytes(header)), estimated);
    }

    /// <summary>Null where there are more unique chunks than IDs.</summary>
    private static Coding? Ids(MatrixBlocks source, PackingSettings settings, PackingMode mode, int blockRows, ChunkHistogram histogram)
    {
        if (histogram.Uniques > 1 << PacketDecoder.MostIdBits)
            return null;
        var items = histogram.Items();
        if (mode == PackingMode.Frequency)
            items.Sort((a, b) => b.Count != a.Count ? b.Count.CompareTo(a.Count) : a.Chunk.CompareTo(b.Chunk));
        var idBits = PacketEncoder.IdBits(items.Count);
        var modeBits = mode == PackingMode.Naive ? 0 : settings.ModeBits;
        var widths = mode == PackingMode.Naive || settings.Widths is null ? PacketEncoder.DefaultWidths(idBits, modeBits) : [.. settings.Widths];
        if (widths[^1] < idBits)
            throw new ArgumentOutOfRangeException(nameof(settings), widths[^1], $"{items.Count} unique chunks need IDs of {idBits} bits");
        var header = Fit(new PackedHeader(mode, histogram.ChunkBytes, modeBits, source.Rows, source.RowBytes, blockRows, settings.PacketBits));
        return new Coding(header, new PacketEncoder(histogram.ChunkBytes, [.. items.Select(item => item.Chunk)], settings.PacketBits, modeBits, widths), long.MaxValue);
    }

    private static Coding Escapes(MatrixBlocks source, int blockRows, ChunkHistogram bytes)
    {
        var header = Fit(new PackedHeader(PackingMode.Escape, 1, 0, source.Rows, source.RowBytes, blockRows, 0));
        return new Coding(header, new EscapeEncoder(header, bytes), long.MaxValue);
    }

    /// <summary>Fewer rows per block where those asked for make it too large.</summary>
    private static PackedHeader Fit(PackedHeader header) =>
        header with { BlockRows = (int)Math.Clamp(PackedHeader.MostBlockBytes / header.PaddedRowBytes, 1, header.BlockRows) };

    private static PackedPieces? Pack(MatrixBlocks source, Coding coding)
    {
        var blockBytes = coding.Header.BlockRows * coding.Header.PaddedRowBytes;
        var pieceBlocks = Math.Max(1, PieceBytes / blockBytes);
        var pieces = new PackedPieces((coding.Header.Blocks + pieceBlocks - 1) / pieceBlocks, coding.Header.Blocks);
        Parallel.For(0, pieces.Pieces.Length, new ParallelOptions { MaxDegreeOfParallelism = source.Threads }, piece =>
        {
            var first = piece * pieceBlocks;
            var end = Math.Min(first + pieceBlocks, coding.Header.Blocks);
            // Room for the worst case comes as untouched pages, so only what is written is ever resident.
            var buffer = new NativeBuffer((end - first) * coding.Encoder.MostBytes(coding.Header.BlockRows * coding.Header.RowChunks));
            pieces.Pieces[piece] = buffer;
            long used = 0;
            using var padded = coding.Header.PaddedRowBytes == coding.Header.RowBytes ? null : new NativeBuffer(blockBytes);
            for (var block = first; block < end; block++)
            {
                var size = coding.Encoder.Encode(source.Chunks(coding.Header, block, padded), coding.Header.RowsOfBlock(block) * coding.Header.RowChunks, buffer.Data + used);
                pieces.BlockSizes[block] = size;
                used += size;
            }
            pieces.PieceSizes[piece] = used;
        });
        return pieces;
    }

    private static NativeBuffer Plain(MatrixBlocks source)
    {
        var stream = new NativeBuffer(PackedHeader.Bytes + source.PlainBytes);
        new PackedHeader(PackingMode.None, 1, 0, source.Rows, source.RowBytes, 1, 0).Write(new Span<byte>(stream.Data, PackedHeader.Bytes));
        Buffer.MemoryCopy(source.Data, stream.Data + PackedHeader.Bytes, source.PlainBytes, source.PlainBytes);
        return stream;
    }

    /// <summary>A way to pack one matrix.</summary>
    private sealed record Coding(PackedHeader Header, ChunkEncoder Encoder, long EstimatedBytes);

    /// <summary>The packed blocks before they are joined to one stream.</summary>
    private sealed class PackedPieces(long pieces, long blocks) : IDisposable
    {
        public NativeBuffer?[] Pieces { get; } = new NativeBuffer?[pieces];

        public long[] PieceSizes { get; } = new long[pieces];

        public long[] BlockSizes { get; } = new long[blocks];

        /// <summary>Null where plain rows are no longer, or the blocks' ends do not fit their fields.</summary>
        public NativeBuffer? Join(Coding coding, out long tableBytes)
        {
            var header = coding.Header;
            var tables = coding.Encoder.Tables;
            tableBytes = PackedHeader.Bytes + tables.Length + (header.Blocks - 1) * sizeof(uint);
            if (header.AlignsBlocks)
                tableBytes = (tableBytes + PackedHeader.PacketAlignment - 1) / PackedHeader.PacketAlignment * PackedHeader.PacketAlignment;
            var blockBytes = BlockSizes.Sum();
            if (blockBytes > uint.MaxValue || tableBytes + blockBytes + header.TailBytes >= PackedHeader.Bytes + header.Rows * header.RowBytes)
                return null;
            var stream = new NativeBuffer(tableBytes + blockBytes + header.TailBytes);
            header.Write(new Span<byte>(stream.Data, PackedHeader.Bytes));
            tables.CopyTo(new Span<byte>(stream.Data + PackedHeader.Bytes, tables.Length));
            long end = 0;
            for (long block = 0; block < header.Blocks - 1; block++)
            {
                end += BlockSizes[block];
                BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(stream.Data + PackedHeader.Bytes + tables.Length + block * sizeof(uint), sizeof(uint)), (uint)end);
            }
            var output = stream.Data + tableBytes;
            for (var piece = 0; piece < Pieces.Length; piece++)
            {
                Buffer.MemoryCopy(Pieces[piece]!.Data, output, PieceSizes[piece], PieceSizes[piece]);
                output += PieceSizes[piece];
            }
            tableBytes += header.OtherBytes;
            return stream;
        }

        public void Dispose()
        {
            foreach (var piece in Pieces)
                piece?.Dispose();
        }
    }

    /// <summary>The matrix to be packed, seen as blocks of chunks.</summary>
    private sealed class MatrixBlocks(byte* data, long rows, long rowBytes, int threads)
    {
        public byte* Data { get; } = data;

        public long Rows { get; } = rows;

        public long RowBytes { get; } = rowBytes;

        public int Threads { get; } = threads;

        public long PlainBytes => Rows * RowBytes;

        /// <summary>The chunks of a block one after the other: in place, or in <paramref name="padded"/> with every row's last chunk filled up with zeros.</summary>
        public byte* Chunks(PackedHeader header, long block, NativeBuffer? padded)
        {
            var first = Data + block * header.BlockRows * RowBytes;
            if (padded is null)
                return first;
            for (long row = 0; row < header.RowsOfBlock(block); row++)
                Buffer.MemoryCopy(first + row * RowBytes, padded.Data + row * header.PaddedRowBytes, header.PaddedRowBytes, RowBytes);
            return padded.Data;
        }

        /// <summary>Counts all chunks, or those of every n-th piece so that about <see cref="SampleBytes"/> are counted.</summary>
        public ChunkHistogram Histogram(int chunkBytes, bool sample)
        {
            var pieceRows = Math.Max(1, (sample ? PieceBytes / 16 : PieceBytes) / RowBytes);
            var header = new PackedHeader(PackingMode.Naive, chunkBytes, 0, Rows, RowBytes, (int)Math.Min(pieceRows, PackedHeader.MostBlockRows), 128);
            var step = sample ? Math.Max(1, PlainBytes / SampleBytes) : 1;
            var pieces = (header.Blocks + step - 1) / step;
            var total = new ChunkHistogram(chunkBytes);
            if (pieces == 1)
            {
                Count(header, 0, total);
                return total;
            }
            Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = Threads }, () => new ChunkHistogram(chunkBytes), (piece, _, counts) =>
            {
                Count(header, piece * step, counts);
                return counts;
            }, counts =>
            {
                lock (total)
                    total.Add(counts);
            });
            return total;
        }

        /// <summary>Bytes of the stream, from a few blocks packed for trial.</summary>
        public long Estimate(Coding coding, int blocks)
        {
            var header = coding.Header;
            using var padded = header.PaddedRowBytes == RowBytes ? null : new NativeBuffer(header.BlockRows * header.PaddedRowBytes);
            using var output = new NativeBuffer(coding.Encoder.MostBytes(header.BlockRows * header.RowChunks));
            var count = Math.Min(blocks, header.Blocks);
            long packed = 0;
            long rows = 0;
            for (long i = 0; i < count; i++)
            {
                var block = i * header.Blocks / count;
                packed += coding.Encoder.Encode(Chunks(header, block, padded), header.RowsOfBlock(block) * header.RowChunks, output.Data);
                rows += header.RowsOfBlock(block);
            }
            return (long)((double)packed / rows * Rows) + coding.Encoder.Tables.Length + PackedHeader.Bytes + header.Blocks * sizeof(uint);
        }

        private void Count(PackedHeader header, long block, ChunkHistogram counts)
        {
            if (header.PaddedRowBytes == RowBytes)
            {
                counts.Add(Data + block * header.BlockRows * RowBytes, header.RowsOfBlock(block) * header.RowChunks);
                return;
            }
            using var padded = new NativeBuffer(header.BlockRows * header.PaddedRowBytes);
            counts.Add(Chunks(header, block, padded), header.RowsOfBlock(block) * header.RowChunks);
        }
    }
}
