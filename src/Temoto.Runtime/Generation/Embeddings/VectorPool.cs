namespace Temoto.Generation.Embeddings;

/// <summary>Makes one vector of those of a text's tokens, which come a run at a time. Sums are float64.</summary>
internal sealed class VectorPool(EmbeddingPooling pooling, int width)
{
    private readonly double[] sums = new double[width];
    private long count;

    /// <summary>Nothing seen yet.</summary>
    public void Clear()
    {
        Array.Clear(sums);
        count = 0;
    }

    /// <param name="rows">[tokens, width], behind those before.</param>
    public void Add(ReadOnlySpan<float> rows)
    {
        for (; rows.Length > 0; rows = rows[width..])
            Add(count++, rows[..width]);
    }

    private void Add(long index, ReadOnlySpan<float> row)
    {
        switch (pooling)
        {
            case EmbeddingPooling.Cls when index > 0:
                break;
            case EmbeddingPooling.Cls or EmbeddingPooling.LastToken:
                for (var i = 0; i < width; i++)
                    sums[i] = row[i];
                break;
            case EmbeddingPooling.Max:
                for (var i = 0; i < width; i++)
                    sums[i] = index == 0 ? row[i] : Math.Max(sums[i], row[i]);
                break;
            default:
                for (var i = 0; i < width; i++)
                    sums[i] += row[i];
                break;
        }
    }

    /// <param name="vector">[width].</param>
    public void Store(Span<float> vector)
    {
        var divisor = pooling switch { EmbeddingPooling.Mean => count, EmbeddingPooling.MeanSqrtLength => Math.Sqrt(count), _ => 1.0 };
        for (var i = 0; i < width; i++)
            vector[i] = (float)(sums[i] / divisor);
    }

    /// <summary>Divides by the length; a vector of zeros stays.</summary>
    public static void Normalize(Span<float> vector)
    {
        double squares = 0;
        foreach (var element in vector)
            squares += (double)element * element;
        if (squares == 0)
            return;
        var length = Math.Sqrt(squares);
        foreach (ref var element in vector)
            element = (float)(element / length);
    }
}
