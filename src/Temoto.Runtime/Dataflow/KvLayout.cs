using Temoto.Formats.Config;
using Temoto.Kernels.Attention;

namespace Temoto.Dataflow;

/// <summary>
/// The KV cache in memory: per layer and KV head, keys then values, laid out as <see cref="KvHeadView"/> says; for int8 also one float32 scale per
/// position, kept in a plane of its own. The context is rounded up to whole key panels.
/// </summary>
internal static class KvLayout
{
    /// <summary>Bytes of one element of <paramref name="type"/>.</summary>
    public static int ElementBytes(KvType type) => type switch
    {
        KvType.F32 => 4,
        KvType.F16 => 2,
        _ => 1,
    };

    /// <summary>Bytes of a key, or a value, of one head.</summary>
    public static int HeadBytes(KvType type, int headDim) => KvHeadView.StoredDim(type, headDim) * ElementBytes(type);

    /// <summary>Positions a cache for <paramref name="context"/> tokens has room for.</summary>
    public static int Positions(int context) => KvHeadView.WholePanels(context);

    /// <summary>Bytes of keys and values of one position over all layers and heads, scales included.</summary>
    public static long BytesPerPosition(ModelConfig config, KvType type)
    {
        long heads = 2L * config.NumHiddenLayers * config.NumKeyValueHeads;
        return heads * HeadBytes(type, config.HeadDim) + (type == KvType.Int8 ? heads * sizeof(float) : 0);
    }
}
