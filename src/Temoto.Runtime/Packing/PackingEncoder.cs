using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>Packs integer matrices without loss. <see cref="PackedMatrix"/> reads what it writes.</summary>
internal static unsafe class PackingEncoder
{
    /// <summary>Packs an I8, U8 or I4 tensor with plain rows.</summary>
    public static (NativeBuffer Stream, PackingStatistics Statistics) Encode(Tensor tensor, PackingSettings settings) =>
        Encode(tensor.Data, tensor.Rows, tensor.RowBytes, tensor.DType == DType.I4 ? 4 : 8, settings);

    /// <summary>Packs a matrix [rows, rowBytes].</summary>
    /// <param name="weightBits">8 for one weight per byte, 4 for two.</param>
    public static (NativeBuffer Stream, PackingStatistics Statistics) Encode(byte* matrix, long rows, long rowBytes, int weightBits, PackingSettings settings)
    {
        var plainBytes = rows * rowBytes;
        var stream = new NativeBuffer(PackedMatrix.HeaderBytes + plainBytes);
        *(uint*)(stream.Data + 4) = 1;
        *(uint*)(stream.Data + 8) = (uint)rows;
        *(uint*)(stream.Data + 12) = (uint)rowBytes;
        Buffer.MemoryCopy(matrix, stream.Data + PackedMatrix.HeaderBytes, plainBytes, plainBytes);
        return (stream, new PackingStatistics
        {
            Mode = PackingMode.None,
            ChunkBytes = 1,
            Weights = plainBytes * 8 / weightBits,
            PlainBytes = plainBytes,
            PackedBytes = stream.ByteLength,
            TableBytes = PackedMatrix.HeaderBytes,
            UniqueChunks = 0,
            ChunkEntropyBits = 0,
            ByteEntropyBits = 0,
            Chunks = plainBytes,
        });
    }
}
