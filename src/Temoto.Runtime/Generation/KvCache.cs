using Temoto.Generation.Execution;
using Temoto.Kernels.Attention;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation;

/// <summary>Keys and values of one session, for all layers, sized once for its context. Layout: <see cref="KvLayout"/>.</summary>
internal sealed unsafe class KvCache : IDisposable
{
    private readonly KvLayout layout;
    private readonly NativeBuffer data;

    public KvCache(KvLayout layout)
    {
        this.layout = layout;
        data = new NativeBuffer(layout.Bytes);
    }

    /// <summary>Positions it can hold.</summary>
    public int Context => layout.Context;

    /// <summary>Positions it holds.</summary>
    public int Length { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Keys or values of a KV head where a plan has placed them.</summary>
    public KvHeadView At(CachePlace place, int head) => new(
        layout.Type,
        data.Data + place.Offset + head * place.HeadStride,
        layout.Type == NumberType.Int8 ? (float*)(data.Data + place.ScaleOffset + head * place.ScaleHeadStride) : null,
        layout.HeadDim);

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
    }
}
