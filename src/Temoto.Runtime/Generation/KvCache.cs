using Temoto.Generation.Execution;
using Temoto.Kernels.Attention;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation;

/// <summary>Keys and values of one session, and what its convolutions have seen, for all layers, sized once for its context. Layout: <see cref="KvLayout"/>.</summary>
internal sealed unsafe class KvCache : IDisposable
{
    private readonly KvLayout layout;
    private readonly NativeBuffer data;

    public KvCache(KvLayout layout)
    {
        this.layout = layout;
        data = new NativeBuffer(layout.Bytes);
    }

    public KvLayout Layout => layout;

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

    /// <summary>The row of a position where a plan has placed what a convolution convolves.</summary>
    public byte* RowAt(CachePlace place, int position) => data.Data + place.Offset + position * layout.ConvRowBytes;

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

    /// <summary>Bytes that <paramref name="positions"/> positions take outside of a cache.</summary>
    public static long BytesOf(KvLayout layout, int positions) => layout.BytesPerPosition * positions;

    /// <summary>Copies positions out, plane after plane; both numbers are multiples of <see cref="KvLayout.PanelPositions"/>, so that they lie together in each.</summary>
    public void CopyTo(Span<byte> destination, int position, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position + positions, Length, nameof(positions));
        foreach (var (offset, bytes) in Ranges(position, positions))
        {
            new ReadOnlySpan<byte>(data.Data + offset, bytes).CopyTo(destination);
            destination = destination[bytes..];
        }
    }

    /// <summary>Appends positions that <see cref="CopyTo"/> took from a cache of the same layout, where they were in the same place.</summary>
    public void Append(ReadOnlySpan<byte> source, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Length + positions, Context, nameof(positions));
        foreach (var (offset, bytes) in Ranges(Length, positions))
        {
            source[..bytes].CopyTo(new Span<byte>(data.Data + offset, bytes));
            source = source[bytes..];
        }
        Advance(positions);
    }

    /// <summary>Where positions lie: a range in every plane, and one in its scales; then one in every convolution.</summary>
    private IEnumerable<(long Offset, int Bytes)> Ranges(int position, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual((position | positions) % KvLayout.PanelPositions, 0, nameof(position));
        for (var plane = 0; plane < layout.Planes; plane++)
        {
            var (layer, head, keys) = (plane / (2 * layout.KvHeads), plane / 2 % layout.KvHeads, plane % 2 == 0);
            // Keys fill whole quads of elements, values whole quads of positions.
            var bytesPerPosition = (keys ? layout.StoredDim : layout.HeadDim) * layout.ElementBytes;
            yield return (layout.PlaneOffset(layer, head, keys) + (long)position * bytesPerPosition, positions * bytesPerPosition);
            if (layout.Type == NumberType.Int8)
                yield return (layout.ScaleOffset(layer, head, keys) + position * sizeof(float), positions * sizeof(float));
        }
        for (var layer = 0; layer < layout.ConvLayers; layer++)
            yield return (layout.ConvOffset(layer) + position * layout.ConvRowBytes, (int)(positions * layout.ConvRowBytes));
    }

    public void Dispose()
    {
        IsDisposed = true;
        data.Dispose();
    }
}
