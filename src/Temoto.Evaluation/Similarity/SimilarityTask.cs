namespace Temoto.Evaluation.Similarity;

/// <summary>What came of the pairs of one name.</summary>
/// <param name="Spearman">Of the cosines with the scores; null where rows have none.</param>
/// <param name="Pearson">The same.</param>
/// <param name="SpearmanAgainst">Of the cosines with those of the reference; null without one.</param>
/// <param name="SmallestCosineAgainst">Between both models' vectors of a text, the least of all.</param>
internal sealed record SimilarityResult(string Name, int Count, double? Spearman, double? Pearson, double? SpearmanAgainst, double? SmallestCosineAgainst);

/// <summary>How well the cosines of a model's vectors order pairs of texts: as people do, or as the model does that it was made from.</summary>
internal static class SimilarityTask
{
    /// <summary>Pairs whose texts are computed together: enough to fill runs with short ones.</summary>
    private const int PairsTogether = 64;

    /// <param name="reference">The model that <paramref name="model"/> was made from, or null.</param>
    /// <param name="progress">Called with the pairs that are done.</param>
    /// <exception cref="InputException">Models whose vectors cannot be compared.</exception>
    public static IReadOnlyList<SimilarityResult> Measure(EmbeddingModel model, EmbeddingModel? reference, IReadOnlyList<SimilarityRow> rows, Action<int> progress, CancellationToken cancellation)
    {
        if (reference is not null && reference.Dimensions != model.Dimensions)
            throw new InputException(reference.Path, "hidden_size", $"{reference.Dimensions}", $"{model.Dimensions}, as {model.Path} has", "compare a model with the one it was made from");
        var pairs = new List<Pair>(rows.Count);
        foreach (var some in rows.Chunk(PairsTogether))
        {
            pairs.AddRange(PairsOf(model, reference, some, cancellation));
            progress(pairs.Count);
        }
        return [.. pairs.GroupBy(pair => pair.Row.Name).Select(ResultOf)];
    }

    private static IEnumerable<Pair> PairsOf(EmbeddingModel model, EmbeddingModel? reference, SimilarityRow[] rows, CancellationToken cancellation)
    {
        string[] texts = [.. rows.SelectMany(row => new[] { row.First, row.Second })];
        var vectors = model.Embed(texts, cancellationToken: cancellation);
        var others = reference?.Embed(texts, cancellationToken: cancellation);
        return rows.Select((row, i) => new Pair(
            row,
            Cosine(vectors[2 * i], vectors[2 * i + 1]),
            others is null ? 0 : Cosine(others[2 * i], others[2 * i + 1]),
            others is null ? null : Math.Min(Cosine(vectors[2 * i], others[2 * i]), Cosine(vectors[2 * i + 1], others[2 * i + 1]))));
    }

    private static SimilarityResult ResultOf(IGrouping<string, Pair> named)
    {
        var pairs = named.ToList();
        double[] cosines = [.. pairs.Select(pair => pair.Cosine)];
        double[]? scores = pairs.All(pair => pair.Row.Score is not null) ? [.. pairs.Select(pair => pair.Row.Score!.Value)] : null;
        double[]? others = pairs.All(pair => pair.Between is not null) ? [.. pairs.Select(pair => pair.Other)] : null;
        return new SimilarityResult(
            named.Key,
            pairs.Count,
            scores is null ? null : Defined(Correlation.Spearman(cosines, scores)),
            scores is null ? null : Defined(Correlation.Pearson(cosines, scores)),
            others is null ? null : Defined(Correlation.Spearman(cosines, others)),
            others is null ? null : pairs.Min(pair => pair.Between));
    }

    /// <summary>Null where the numbers have no order: one pair, or all alike.</summary>
    private static double? Defined(double correlation) => double.IsNaN(correlation) ? null : correlation;

    private static double Cosine(float[] left, float[] right)
    {
        double product = 0, leftSquares = 0, rightSquares = 0;
        for (var i = 0; i < left.Length; i++)
        {
            product += (double)left[i] * right[i];
            leftSquares += (double)left[i] * left[i];
            rightSquares += (double)right[i] * right[i];
        }
        return leftSquares == 0 || rightSquares == 0 ? 0 : product / Math.Sqrt(leftSquares * rightSquares);
    }

    /// <param name="Other">The reference's cosine of the pair.</param>
    /// <param name="Between">The smaller cosine between both models' vectors of its texts; null without a reference.</param>
    private sealed record Pair(SimilarityRow Row, double Cosine, double Other, double? Between);
}
