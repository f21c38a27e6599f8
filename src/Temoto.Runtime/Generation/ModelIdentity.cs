using System.Buffers.Binary;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Tensors;

namespace Temoto.Generation;

/// <summary>
/// What keys and values hang on, as one SHA-256: the weights' bytes, the plans, which name every operation and constant, the kernel set, and the version of the program.
/// Where it is equal, keys and values that were kept are those that would be computed.
/// </summary>
internal static unsafe class ModelIdentity
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Reads all weights once.</summary>
    public static byte[] Of(Checkpoint checkpoint, EnginePlan plan)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, typeof(ModelIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        Append(hash, plan.Kernels.Name);
        // They add in an order of their own.
        Append(hash, string.Join(' ', plan.InPanels.Order(StringComparer.Ordinal)));
        Append(hash, plan.Prefill.ToJson());
        Append(hash, plan.Decode.ToJson());
        foreach (var tensor in checkpoint.Tensors.Values.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            Append(hash, $"{tensor.Name} {tensor.DType} {string.Join(' ', tensor.Shape)} {tensor.Encoded is not null} {tensor.Scales?.GroupSize}");
            if (tensor.File is null)
                Append(hash, tensor);
            foreach (var part in Parts(tensor.Scales).Where(part => part.File is null))
                Append(hash, part);
        }
        var files = checkpoint.Tensors.Values.SelectMany(tensor => Parts(tensor.Scales).Prepend(tensor)).Select(tensor => tensor.File).OfType<MappedFile>().Distinct();
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
            Append(hash, file);
        return hash.GetHashAndReset();
    }

    private static IEnumerable<Tensor> Parts(GroupScales? scales)
    {
        if (scales is null)
            yield break;
        yield return scales.Scales;
        if (scales.Zeros is { } zeros)
            yield return zeros;
    }

    /// <summary>With its length in front: no two sequences of texts are the same bytes.</summary>
    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Append(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    /// <summary>A tensor that lies in memory alone.</summary>
    private static void Append(IncrementalHash hash, Tensor tensor)
    {
        var data = tensor.Encoded is { } rows ? rows.Data : tensor.Data;
        var length = tensor.Encoded?.ByteLength ?? tensor.ByteLength;
        Append(hash, length);
        for (long at = 0; at < length; at += PieceBytes)
            hash.AppendData(new ReadOnlySpan<byte>(data + at, (int)Math.Min(PieceBytes, length - at)));
    }

    private static void Append(IncrementalHash hash, MappedFile file)
    {
        Append(hash, file.Length);
        var piece = new byte[PieceBytes];
        for (long at = 0; at < file.Length; at += PieceBytes)
        {
            var bytes = piece.AsSpan(0, (int)Math.Min(PieceBytes, file.Length - at));
            file.Read(at, bytes);
            hash.AppendData(bytes);
        }
    }
}
