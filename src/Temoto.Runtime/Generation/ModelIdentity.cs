using System.Buffers.Binary;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;

namespace Temoto.Generation;

/// <summary>
/// What keys and values hang on, as one SHA-256: the weights' bytes, the plans, which name every operation and constant, the kernel set, and the version of the program.
/// Where it is equal, keys and values that were kept are those that would be computed.
/// </summary>
internal static class ModelIdentity
{
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
        foreach (var line in WeightFingerprint.Lines([.. checkpoint.Tensors.Values.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)]))
            Append(hash, line);
        return hash.GetHashAndReset();
    }

    /// <summary>With its length in front: no two sequences of texts are the same bytes.</summary>
    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
