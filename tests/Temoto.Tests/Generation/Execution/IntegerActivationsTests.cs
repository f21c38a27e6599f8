using Temoto.Evaluation;
using Temoto.Formats.Checkpoints;
using Temoto.Kernels;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation.Execution;

/// <summary>
/// What rounding activations to integers does to the demo model: a cheap part of what docs/decisions/0004 measures on the whole held-out set. Float activations on
/// the same weights are the reference.
/// </summary>
public class IntegerActivationsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheDemoModelAnswersAsWithFloats(bool int4)
    {
        if (!KernelChooser.Choose(null).PrefersIntegers)
            Assert.Skip("no fast integer products on this processor");
        using var folder = new TemporaryFolder();
        var demo = Path.Combine(RepositoryPaths.Root, "models", "demo");
        var path = folder.File("demo.temoto");
        var weights = int4 ? new WeightFormat(DType.I4, 64, ZeroPoints: true) : new WeightFormat(DType.I8);
        using (var source = CheckpointReader.Open(demo))
        {
            new PackJob(source, path) { Quantization = new QuantizationSettings { Method = QuantizationMethod.Rtn, Weights = weights, LmHead = weights, Embedding = weights } }
                .Run(null, null, TestContext.Current.CancellationToken);
        }
        using var integers = LanguageModel.Load(path, new ModelOptions { Threads = 2 });
        using var floats = LanguageModel.Load(path, new ModelOptions { Threads = 2, Activations = ActivationType.F32 });

        var text = integers.Tokenizer.Encode(File.ReadAllText(Path.Combine(demo, "heldout.txt")))[..1200];
        var expected = Measure(floats, text);
        var actual = Measure(integers, text);
        Assert.NotEqual(expected, actual);
        Assert.InRange(actual / expected, 0.99, 1.01);

        // Every tenth of the first 300 rows. 30 answers cannot show 99 %: one near tie is let through.
        var rows = TaskRow.ReadAll(Path.Combine(demo, "heldout.jsonl")).Where((_, i) => i % 10 == 0 && i < 300).ToList();
        var different = Answers(floats, rows).Zip(Answers(integers, rows)).Count(pair => pair.First != pair.Second);
        Assert.InRange(different, 0, 1);
    }

    private static double Measure(LanguageModel model, int[] tokens) =>
        Perplexity.Measure(model, tokens, 256, 128, null, TestContext.Current.CancellationToken).Value;

    private static List<string> Answers(LanguageModel model, List<TaskRow> rows)
    {
        var answers = new List<string>();
        TaskAccuracy.Measure(model, rows, 48, (_, answer, _) => answers.Add(answer), TestContext.Current.CancellationToken);
        return answers;
    }
}
