using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>What packing did to a matrix. Tables and headers are counted in <see cref="PackedBytes"/>.</summary>
internal sealed record PackingStatistics
{
    /// <summary>The mode the stream has; <see cref="PackingMode.None"/> where nothing helped.</summary>
    public required PackingMode Mode { get; init; }

    /// <summary>Bytes of a chunk.</summary>
    public required int ChunkBytes { get; init; }

    /// <summary>Weights in the matrix: one per byte for int8, two for int4.</summary>
    public required long Weights { get; init; }

    /// <summary>Bytes of the plain rows.</summary>
    public required long PlainBytes { get; init; }

    /// <summary>Bytes of the stream.</summary>
    public required long PackedBytes { get; init; }

    /// <summary>Bytes of header, Unique Matrix or code table, offsets and lane sizes, all part of <see cref="PackedBytes"/>.</summary>
    public required long TableBytes { get; init; }

    /// <summary>Distinct chunks of <see cref="ChunkBytes"/>.</summary>
    public required int UniqueChunks { get; init; }

    /// <summary>Empirical entropy of the chunks, bits per chunk.</summary>
    public required double ChunkEntropyBits { get; init; }

    /// <summary>Empirical entropy of the bytes, bits per byte.</summary>
    public required double ByteEntropyBits { get; init; }

    /// <summary>Chunks in the matrix; a row's tail is a chunk.</summary>
    public required long Chunks { get; init; }

    public double BitsPerWeight => Weights == 0 ? 0 : 8.0 * PackedBytes / Weights;

    /// <summary>Plain bytes for one packed byte, tables counted.</summary>
    public double Ratio => PackedBytes == 0 ? 1 : (double)PlainBytes / PackedBytes;

    /// <summary>As <see cref="Ratio"/>, without tables and headers: the way the paper's ratios seem to be counted.</summary>
    public double RatioWithoutTables => PackedBytes == TableBytes ? 1 : (double)PlainBytes / (PackedBytes - TableBytes);

    /// <summary>
    /// How far the stream, tables counted, lies above the chunks' empirical entropy, in percent. That entropy knows the counts for nothing: where there are nearly as many unique
    /// chunks as chunks, no code comes near it.
    /// </summary>
    public double EntropyDistancePercent => ChunkEntropyBits <= 0 ? 0 : 100 * (8.0 * PackedBytes / (ChunkEntropyBits * Chunks) - 1);

    /// <summary>As <see cref="EntropyDistancePercent"/>, above the entropy of single bytes whatever the chunk; below zero where pairs pay.</summary>
    public double ByteEntropyDistancePercent => ByteEntropyBits <= 0 ? 0 : 100 * (8.0 * PackedBytes / (ByteEntropyBits * PlainBytes) - 1);

    /// <summary>The figures of a packed matrix, found by decoding it once. For plain rows the chunks are bytes.</summary>
    /// <param name="weightBits">8 for one weight per byte, 4 for two.</param>
    public static unsafe PackingStatistics Of(PackedMatrix packed, int weightBits)
    {
        var bytes = new ChunkHistogram(1);
        var chunks = new ChunkHistogram(packed.ChunkBytes);
        using var rows = new NativeBuffer(Math.Min(packed.BlockRows, packed.Rows) * packed.RowBytes);
        for (long start = 0; start < packed.Rows; start += packed.BlockRows)
        {
            var end = Math.Min(packed.Rows, start + packed.BlockRows);
            packed.DecodeRows(start, end, rows.Data);
            bytes.Add(rows.Data, (end - start) * packed.RowBytes);
            for (long row = 0; row < end - start; row++)
                chunks.AddRow(rows.Data + row * packed.RowBytes, packed.RowBytes);
        }
        return new PackingStatistics
        {
            Mode = packed.Mode,
            ChunkBytes = packed.ChunkBytes,
            Weights = packed.Rows * packed.RowBytes * 8 / weightBits,
            PlainBytes = packed.Rows * packed.RowBytes,
            PackedBytes = packed.ByteLength,
            TableBytes = packed.TableBytes,
            UniqueChunks = chunks.Uniques,
            ChunkEntropyBits = chunks.EntropyBits,
            ByteEntropyBits = bytes.EntropyBits,
            Chunks = chunks.Total,
        };
    }
}
