using Temoto.Dataflow;
using Temoto.Formats.Config;
using Temoto.Kernels.Attention;
using Temoto.Tensors;

namespace Temoto.Generation;

/// <summary>Keys and values of one session, for all layers, sized once for its context. Layout: <see cref="KvLayout"/>.</summary>
internal sealed unsafe class KvCache : IDisposable
{
    private readonly KvType type;
    private readonly int kvHeads;
    private readonly int headDim;
    private readonly int positions;
    private readonly NativeBuffer data;
    private readonly NativeBuffer? scales;

    public KvCache(ModelConfig config, int context, KvType type)
    {
        this.type = type;
        Context = context;
        kvHeads = config.NumKeyValueHeads;
        headDim = config.HeadDim;
        var planes = 2L * config.NumHiddenLayers * kvHeads;
        positions = KvLayout.Positions(context);
        data = new NativeBuffer(planes * positions * KvLayout.HeadBytes(type, headDim));
        scales = type == KvType.Int8 ? new NativeBuffer(planes * positions * sizeof(float)) : null;
    }

    /// <summary>Positions it can hold.</summary>
    public int Context { get; }

    /// <summary>Positions it holds.</summary>
    public int Length { get; private set; }

    public bool IsDisposed { get; private set; }

    public KvHeadView Keys(int layer, int head) => Plane(2L * (layer * kvHeads + head));

    public KvHeadView Values(int layer, int head) => Plane(2L * (layer * kvHeads + head) + 1);

    /// <summary>Counts <paramref name="tokens"/> new positions as written.</summary>
    public void Advance(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Length + tokens, Context, nameof(tokens));
        Length += tokens;
    }

    /// <summary>Forgets everything from position <paramref name="length"/> on.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    public void Dispose()
    {
        IsDisposed = true;
        data.Dispose();
        scales?.Dispose();
    }

    private KvHeadView Plane(long index) => new(
        type,
        data.Data + index * positions * KvLayout.HeadBytes(type, headDim),
        scales is null ? null : scales.Floats + index * positions,
        headDim);
}
