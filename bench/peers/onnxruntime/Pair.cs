using System.Diagnostics;
using System.Globalization;

namespace Temoto.Peers;

/// <summary>Both programs on the same sentences: <paramref name="batch"/> texts of <paramref name="length"/> tokens, those around them counted.</summary>
internal sealed class Pair(EmbeddingModel ours, OnnxEmbedder theirs, int length, int batch)
{
    private static readonly string[] Words = ["pump", "stopped", "temperature", "motor", "is", "high", "the", "line", "valve", "low", "water", "pressure", "of", "running"];
    private readonly string[] texts = [.. Enumerable.Range(0, batch).Select(text => Text(text, length - 2))];
    private readonly List<double> ratios = [];

    /// <summary>Sentences per second, the median of the rounds.</summary>
    public double Ours { get; private set; }

    /// <inheritdoc cref="Ours"/>
    public double Theirs { get; private set; }

    /// <summary>Median, smallest and largest of ours over theirs, of pairs that ran one after the other.</summary>
    public string Ratios => string.Create(CultureInfo.InvariantCulture, $"{Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00})");

    /// <summary>Each word is one token.</summary>
    private static string Text(int text, int words) => string.Join(' ', Enumerable.Range(0, words).Select(word => Words[(text * 5 + word * (1 + text % 3)) % Words.Length]));

    /// <summary>Runs both in turn; the one that begins changes.</summary>
    /// <param name="seconds">Of each in a round.</param>
    public void Measure(int rounds, double seconds)
    {
        var ids = Ids();
        List<double> ourRates = [], theirRates = [];
        Action[] sides = [() => ourRates.Add(Rate(() => ours.Embed(texts), seconds)), () => theirRates.Add(Rate(() => theirs.Run(ids, batch).Dispose(), seconds))];
        for (var round = 0; round < rounds; round++)
        {
            sides[round % 2]();
            sides[1 - round % 2]();
        }
        (Ours, Theirs) = (Median(ourRates), Median(theirRates));
        ratios.AddRange(ourRates.Zip(theirRates, (our, their) => our / their));
    }

    private long[] Ids()
    {
        var ids = texts.Select(text => ours.Encode(text, EmbeddingKind.Text, out _)).ToArray();
        if (Array.Find(ids, text => text.Length != length) is { } other)
            throw new InvalidOperationException($"a text of {other.Length} tokens in place of {length}");
        return [.. ids.SelectMany(text => text).Select(id => (long)id)];
    }

    private double Rate(Action run, double seconds)
    {
        run();
        var runs = 0;
        var clock = Stopwatch.StartNew();
        do
        {
            run();
            runs++;
        }
        while (clock.Elapsed.TotalSeconds < seconds);
        return runs * batch / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Between both vectors of a sentence: the mean of its tokens' vectors.</summary>
    public double SmallestCosine()
    {
        using var outputs = theirs.Run(Ids(), batch);
        var rows = outputs[0].GetTensorDataAsSpan<float>();
        var smallest = 1.0;
        var own = ours.Embed(texts);
        for (var text = 0; text < batch; text++)
            smallest = Math.Min(smallest, Cosine(own[text], Sum(rows.Slice(text * length * ours.Dimensions, length * ours.Dimensions), ours.Dimensions)));
        return smallest;
    }

    private static double[] Sum(ReadOnlySpan<float> rows, int width)
    {
        var sum = new double[width];
        for (var i = 0; i < rows.Length; i++)
            sum[i % width] += rows[i];
        return sum;
    }

    private static double Cosine(float[] left, double[] right)
    {
        double product = 0, leftSquares = 0, rightSquares = 0;
        for (var i = 0; i < left.Length; i++)
        {
            product += left[i] * right[i];
            leftSquares += (double)left[i] * left[i];
            rightSquares += right[i] * right[i];
        }
        return product / Math.Sqrt(leftSquares * rightSquares);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
