using Temoto.Evaluation;
using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Evaluation;

public class DivergenceTests
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 71).Select(i => (i * 53 + 7) % 250)];

    private static LanguageModel Load(TemporaryFolder folder, ulong seed)
    {
        var path = folder.File($"{seed}");
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), seed, path, DType.F32, null, default);
        return LanguageModel.Load(path, new ModelOptions { Precise = true, Threads = 1 });
    }

    /// <summary>The definition, one run per scored position.</summary>
    private static (double Nats, double Same) ByDefinition(LanguageModel model, LanguageModel reference, int context, int stride)
    {
        double nats = 0;
        var same = 0;
        for (var i = 1; i < Tokens.Length; i++)
        {
            var begin = 0;
            while (begin + context <= i)
                begin += stride;
            var q = Probabilities(model, Tokens[begin..i]);
            var p = Probabilities(reference, Tokens[begin..i]);
            nats += p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();
            same += Array.IndexOf(p, p.Max()) == Array.IndexOf(q, q.Max()) ? 1 : 0;
        }
        return (nats / (Tokens.Length - 1), same / (Tokens.Length - 1.0));
    }

    private static double[] Probabilities(LanguageModel model, int[] tokens)
    {
        using var rows = new LogitRows(model.Engine);
        double[] weights = [];
        rows.Run(tokens, tokens.Length - 1, (_, logits) => weights = [.. logits.ToArray().Select(logit => Math.Exp(logit))], default);
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    [Theory]
    [InlineData(128, 64)]
    [InlineData(40, 7)]
    [InlineData(16, 8)]
    public void IsTheMeanOverAllPositions(int context, int stride)
    {
        using var folder = new TemporaryFolder();
        using var model = Load(folder, 11);
        using var reference = Load(folder, 12);
        var result = Divergence.Measure(model, reference, Tokens, context, stride, null, default);
        var (nats, same) = ByDefinition(model, reference, context, stride);
        Assert.Equal(Tokens.Length - 1, result.Tokens);
        // Float64 sums of the same float32 logits, in another order.
        Assert.Equal(nats, result.MeanNats, 1e-9 * nats);
        Assert.Equal(same, result.SameChoice, 1e-12);
        Assert.True(nats > 0.1);
    }

    [Fact]
    public void IsZeroForTheModelItself()
    {
        using var folder = new TemporaryFolder();
        using var model = Load(folder, 11);
        var result = Divergence.Measure(model, model, Tokens, 32, 16, null, default);
        Assert.Equal(0, result.MeanNats);
        Assert.Equal(1, result.SameChoice);
    }
}
