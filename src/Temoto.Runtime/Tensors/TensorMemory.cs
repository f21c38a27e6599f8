namespace Temoto.Tensors;

/// <summary>
/// Memory for tensors that are made one after the other while a model is loaded. Together they lie in large pages; a matrix alone begins and ends inside of one, and one that is smaller gets none, which costs a thread a fifth and more
/// of the rate at which it reads.
/// </summary>
/// <param name="expectedBytes">Of all tensors; what goes beyond gets memory of its own.</param>
internal sealed unsafe class TensorMemory(long expectedBytes) : IDisposable
{
    /// <summary>Tensors begin at multiples of a cache line.</summary>
    private const int Alignment = 64;

    private readonly List<NativeBuffer> pieces = [];

    /// <summary>Of the last piece.</summary>
    private long usedBytes;

    /// <summary>What a tensor of <paramref name="byteLength"/> takes of <c>expectedBytes</c>.</summary>
    public static long BytesOf(long byteLength) => checked(byteLength + Alignment - 1) / Alignment * Alignment;

    /// <summary>Zeroed memory, aligned to 64 bytes.</summary>
    /// <param name="owner">Keeps it alive until this is disposed.</param>
    public byte* Take(long byteLength, out NativeBuffer owner)
    {
        var bytes = BytesOf(byteLength);
        if (pieces.Count == 0 || usedBytes + bytes > pieces[^1].ByteLength)
        {
            var piece = new NativeBuffer(pieces.Count == 0 ? Math.Max(bytes, expectedBytes) : bytes);
            piece.PreferLargePages();
            pieces.Add(piece);
            usedBytes = 0;
        }
        owner = pieces[^1];
        var data = owner.Data + usedBytes;
        usedBytes += bytes;
        return data;
    }

    public void Dispose()
    {
        foreach (var piece in pieces)
            piece.Dispose();
    }
}
