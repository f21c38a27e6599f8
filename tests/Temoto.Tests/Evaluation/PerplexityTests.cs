using Temoto.Evaluation;
using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Evaluation;

public class PerplexityTests
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 71).Select(i => (i * 53 + 7) % 250)];

    /// <summary>The definition, one run per token: token i is scored in the first window that holds it, from the window's beginning.</summary>
    private static double ByDefinition(LanguageModel model, int context, int stride)
    {
        using var rows = new LogitRows(model.Engine);
        double loss = 0;
        for (var i = 1; i < Tokens.Length; i++)
        {
            var begin = 0;
            while (begin + context <= i)
                begin += stride;
            double total = 0;
            var logit = 0f;
            rows.Run(
                Tokens.AsSpan(begin, i - begin),
                i - begin - 1,
                (_, logits) =>
                {
                    foreach (var value in logits)
                        total += Math.Exp(value);
                    logit = logits[Tokens[i]];
                },
                default);
            loss += Math.Log(total) - logit;
        }
        return Math.Exp(loss / (Tokens.Length - 1));
    }

    [Theory]
    [InlineData(128, 64)]
    [InlineData(71, 1)]
    [InlineData(16, 8)]
    [InlineData(17, 5)]
    [InlineData(40, 39)]
    [InlineData(2, 1)]
    public void WindowsScoreEachTokenOnceInTheFirstThatHoldsIt(int context, int stride)
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.F32, null, default);
        using var model = LanguageModel.Load(folder.Path, new ModelOptions { Precise = true, Threads = 1 });
        var result = Perplexity.Measure(model, Tokens, context, stride, null, default);
        Assert.Equal(Tokens.Length - 1, result.Tokens);
        // Float64 sums of the same float32 logits, in another order.
        Assert.Equal(ByDefinition(model, context, stride), result.Value, 1e-9 * result.Value);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 16)]
    [InlineData(16, 0)]
    public void WindowsThatCannotScoreEveryTokenAreRefused(int context, int stride)
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.F32, null, default);
        using var model = LanguageModel.Load(folder.Path);
        Assert.Throws<InputException>(() => Perplexity.Measure(model, Tokens, context, stride, null, default));
    }
}
