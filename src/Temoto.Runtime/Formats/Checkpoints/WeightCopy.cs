using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// Tensors whose bytes were read from their files into one piece of memory: what becomes of the files afterwards does not matter any more. The bytes are read by the system, not
/// through the mapping, so that a file that is cut meanwhile is an error like others.
/// </summary>
internal sealed unsafe class WeightCopy : IDisposable
{
    private const int PieceBytes = 1 << 26;

    private readonly Dictionary<(nint Data, long ByteLength), long> offsets = [];
    private readonly List<Stretch> stretches = [];
    private long totalBytes;

    /// <param name="tensors">Those that lie in memory already are taken as they are.</param>
    public WeightCopy(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
            Add(tensor);
        Memory = new NativeBuffer(totalBytes);
        Memory.PreferLargePages();
        try
        {
            // In the order of the file, as disks like it.
            foreach (var stretch in stretches.OrderBy(stretch => stretch.File.Path, StringComparer.Ordinal).ThenBy(stretch => stretch.FileOffset))
                Read(stretch);
            foreach (var file in stretches.Select(stretch => stretch.File).Distinct())
                file.RequireUnchanged();
            Tensors = tensors.ToDictionary(pair => pair.Key, pair => Copied(pair.Value));
        }
        catch
        {
            Memory.Dispose();
            throw;
        }
    }

    private sealed record Stretch(MappedFile File, long FileOffset, long ByteLength, long Offset);

    /// <summary>The tensors, none of which lies in a file.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    private NativeBuffer Memory { get; }

    /// <summary>Compares the copies with the hashes of what they are copies of, and gives the hashes of what was not copied.</summary>
    public List<StoredHash> CompareCopies(IEnumerable<StoredHash> hashes)
    {
        var rest = new List<StoredHash>();
        foreach (var hash in hashes)
        {
            if (offsets.TryGetValue(((nint)(hash.File.Data + hash.Offset), hash.ByteLength), out var offset))
                hash.CompareCopy(Memory.Data + offset);
            else
                rest.Add(hash);
        }
        return rest;
    }

    public void Dispose() => Memory.Dispose();

    private void Add(Tensor tensor)
    {
        if (tensor.Encoded is { } encoded)
            Add(tensor.File, encoded.Data, encoded.ByteLength);
        else
            Add(tensor.File, tensor.Data, tensor.ByteLength);
        if (tensor.Scales is not { } scales)
            return;
        Add(scales.Scales);
        if (scales.Zeros is not null)
            Add(scales.Zeros);
    }

    private void Add(MappedFile? file, byte* data, long byteLength)
    {
        // A table that serves under two names is copied once.
        if (file is null || !offsets.TryAdd(((nint)data, byteLength), totalBytes))
            return;
        stretches.Add(new Stretch(file, data - file.Data, byteLength, totalBytes));
        totalBytes = checked(totalBytes + TensorMemory.BytesOf(byteLength));
    }

    private void Read(Stretch stretch)
    {
        for (long at = 0; at < stretch.ByteLength; at += PieceBytes)
        {
            var bytes = new Span<byte>(Memory.Data + stretch.Offset + at, (int)Math.Min(PieceBytes, stretch.ByteLength - at));
            stretch.File.Read(stretch.FileOffset + at, bytes);
        }
    }

    private Tensor Copied(Tensor tensor)
    {
        var scales = tensor.Scales is null ? null
            : new GroupScales(tensor.DType, tensor.Scales.GroupSize, Copied(tensor.Scales.Scales), tensor.Scales.Zeros is null ? null : Copied(tensor.Scales.Zeros));
        if (tensor.File is null)
            return tensor.With(scales);
        var (data, byteLength) = tensor.Encoded is { } encoded ? ((nint)encoded.Data, encoded.ByteLength) : ((nint)tensor.Data, tensor.ByteLength);
        return tensor.At(Memory.Data + offsets[(data, byteLength)], Memory, scales);
    }
}
