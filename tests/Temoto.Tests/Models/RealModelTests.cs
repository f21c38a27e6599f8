using System.Runtime.InteropServices;
using System.Text.Json;
using Temoto.Evaluation;
using Temoto.Plans;
using Temoto.Tests.Generation.Execution;

namespace Temoto.Tests.Models;

/// <summary>
/// A trained model as people publish it (shared/data/smollm2-135m-instruct: Q4_1 matrices, a Q8_0 head) against what transformers computed from the same weights, dequantized: logits.f32 in
/// float64, golden.json in float32.
/// </summary>
public class RealModelTests
{
    private const string Folder = "smollm2-135m-instruct";

    private const int WindowTokens = 512;

    /// <summary>
    /// What the default kernels round, in standard deviations of the logits: activations to int8, block by block. A step is 1/127 of a block's largest value, some 2.2 times the root mean square
    /// of 32 normal ones: an error of 2.2 / 127 / sqrt 12 = 0.005 for each of the four products in a row of a layer (queries, output, gate, down). Were every layer to hand on all of it, 30
    /// layers and the head would make 0.005 * sqrt 121 = 0.055.
    /// </summary>
    private const double DefaultError = 0.055;

    /// <summary>Of margins, which are differences of two logits: 0.15 was measured, root mean square over the 1,380 steps of all answers (0.71 at most). Six times that is not reached by roundings.</summary>
    private const double DefaultMarginError = 0.9;

    [Fact]
    public void PreciseLogitsEqualThoseOfTransformers()
    {
        var (_, largest) = LogitDifferences(new ModelOptions { Precise = true });
        Assert.True(largest <= 1e-4, $"off by {largest:E2} standard deviations");
    }

    [Fact]
    public void DefaultLogitsStayWithinTheirRounding()
    {
        var (rootMeanSquare, _) = LogitDifferences(new ModelOptions());
        Assert.True(rootMeanSquare <= DefaultError, $"off by {rootMeanSquare:E2} standard deviations");
    }

    /// <summary>One window of 511 predictions, all sixteen when everything is checked. float32 on their side and the order of sums leave far less than 0.1 %.</summary>
    [Fact]
    public void PrecisePerplexityEqualsThatOfTransformers()
    {
        using var model = Load(new ModelOptions { Precise = true });
        using var document = Golden();
        var golden = document.RootElement.GetProperty("perplexity");
        // Their reader made one character of each line's end.
        var text = File.ReadAllText(RepositoryPaths.DataPath("text/wiki.test.raw")).ReplaceLineEndings("\n");
        var tokens = model.Tokenizer.Encode(text, addSpecialTokens: false);
        Assert.Equal(golden.GetProperty("tokens_in_text").GetInt32(), tokens.Length);
        using var rows = new LogitRows(model.Engine);
        double loss = 0, expected = 0;
        var windows = golden.GetProperty("windows").EnumerateArray().Take(Thoroughness.IsAll ? 16 : 1).ToList();
        foreach (var window in windows)
        {
            var ids = tokens[(WindowTokens * window.GetProperty("window").GetInt32())..][..WindowTokens];
            rows.Run(ids.AsSpan(0, WindowTokens - 1), 0, (position, logits) => loss -= LogLikelihood.OfToken(logits, ids[position + 1]) / (WindowTokens - 1), TestContext.Current.CancellationToken);
            expected += window.GetProperty("mean_nll_all_511").GetDouble();
        }
        var ratio = Math.Exp((loss - expected) / windows.Count);
        TestContext.Current.SendDiagnosticMessage($"{windows.Count} windows: perplexity {Math.Exp(loss / windows.Count):F4}, {ratio - 1:P4} from transformers'");
        Assert.InRange(ratio, 0.999, 1.001);
    }

    /// <summary>At every step the same token leads by the same margin, to float32 on their side and four decimals in the file.</summary>
    [Fact]
    public void PreciseAnswersAreThoseOfTransformers() => AssertAnswers(new ModelOptions { Precise = true }, Phase.Prefill, Thoroughness.IsAll ? 20 : 4, 1e-3);

    /// <summary>Wherever a token of theirs leads by more than the kernels' error, it leads here.</summary>
    [Theory]
    [InlineData(Phase.Prefill, 20)]
    [InlineData(Phase.Decode, 4)]
    public void DefaultAnswersAreThoseOfTransformers(Phase phase, int answers) => AssertAnswers(new ModelOptions(), phase, Thoroughness.IsAll ? 20 : answers, DefaultMarginError);

    /// <summary>llama.cpp, which rounds activations as the default kernels do, gives the same answers up to the first step at which two tokens are as near to each other as that error.</summary>
    [Fact]
    public void LlamaCppAnswersAlikeUpToRoundings()
    {
        using var document = Golden();
        var steps = 0;
        foreach (var answer in document.RootElement.GetProperty("greedy").EnumerateArray().Take(Thoroughness.IsAll ? 20 : 2))
        {
            var ids = Ids(answer.GetProperty("ids"));
            using var peer = LlamaCppTests.RunPeer(Model, Ids(answer.GetProperty("prompt_ids")), ids.Length, "ids");
            var same = ids.AsSpan().CommonPrefixLength(Ids(peer.RootElement.GetProperty("ids")));
            steps += same;
            if (same < ids.Length)
                Assert.InRange(answer.GetProperty("margins")[same].GetDouble(), 0, DefaultMarginError);
        }
        TestContext.Current.SendDiagnosticMessage($"{steps} steps alike");
        Assert.True(steps > 0, "another first token");
    }

    private static string Model => RepositoryPaths.DataPath($"{Folder}/SmolLM2-135M-Instruct.Q4_1.gguf");

    private static LanguageModel Load(ModelOptions options) =>
        LanguageModel.Load(Model, options with { ContextTokens = WindowTokens });

    private static JsonDocument Golden() => JsonDocument.Parse(File.ReadAllBytes(RepositoryPaths.DataPath($"{Folder}/golden.json")));

    /// <summary>Root mean square and largest, in standard deviations of what is expected.</summary>
    private static (double RootMeanSquare, double Largest) LogitDifferences(ModelOptions options)
    {
        using var model = Load(options);
        using var document = JsonDocument.Parse(File.ReadAllBytes(RepositoryPaths.DataPath($"{Folder}/logits.json")));
        var ids = Ids(document.RootElement.GetProperty("ids"));
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(RepositoryPaths.DataPath($"{Folder}/logits.f32"))).ToArray();
        var actual = new List<float>();
        using var rows = new LogitRows(model.Engine);
        rows.Run(ids, ids.Length - expected.Length / rows.VocabSize, (_, logits) => actual.AddRange(logits), TestContext.Current.CancellationToken);
        Assert.Equal(expected.Length, actual.Count);
        var mean = expected.Average();
        var deviation = Math.Sqrt(expected.Average(value => (value - mean) * (double)(value - mean)));
        var differences = expected.Zip(actual, (e, a) => Math.Abs(e - a) / deviation).ToList();
        var (rootMeanSquare, largest) = (Math.Sqrt(differences.Average(value => value * value)), differences.Max());
        TestContext.Current.SendDiagnosticMessage($"logits deviate by {deviation:F2}; root mean square difference {rootMeanSquare:E1} of that, largest {largest:E1}");
        return (rootMeanSquare, largest);
    }

    /// <summary>Each answer is given token by token; at each step the margin of their token over the best other one is theirs to <paramref name="marginError"/>.</summary>
    private static void AssertAnswers(ModelOptions options, Phase phase, int answers, double marginError)
    {
        using var model = Load(options);
        using var document = Golden();
        using var rows = new LogitRows(model.Engine);
        using var decoder = model.Engine.NewExecutor(model.Engine.DecodePlan);
        using var cache = model.Engine.NewCache();
        var differences = new List<double>();
        foreach (var answer in document.RootElement.GetProperty("greedy").EnumerateArray().Take(answers))
        {
            var prompt = Ids(answer.GetProperty("prompt_ids"));
            Assert.Equal(prompt, model.Tokenizer.Encode(answer.GetProperty("prompt").GetString()!, addSpecialTokens: false));
            var ids = Ids(answer.GetProperty("ids"));
            var margins = answer.GetProperty("margins").EnumerateArray().Select(value => value.GetDouble()).ToArray();
            int[] given = [.. prompt, .. ids[..^1]];
            if (phase == Phase.Prefill)
                rows.Run(given, prompt.Length - 1, Compare, TestContext.Current.CancellationToken);
            else
            {
                cache.Truncate(0);
                for (var position = 0; position < given.Length; position++)
                {
                    var logits = decoder.Forward([given[position]], cache, 1);
                    if (position >= prompt.Length - 1)
                        Compare(position, logits);
                }
            }

            void Compare(int position, ReadOnlySpan<float> logits)
            {
                var step = position - prompt.Length + 1;
                var second = float.NegativeInfinity;
                for (var id = 0; id < logits.Length; id++)
                    second = id == ids[step] ? second : Math.Max(second, logits[id]);
                differences.Add(Math.Abs(logits[ids[step]] - second - margins[step]));
            }
        }
        TestContext.Current.SendDiagnosticMessage($"{differences.Count} steps: margins differ by {Math.Sqrt(differences.Average(value => value * value)):E1} root mean square, {differences.Max():E1} at most");
        Assert.True(differences.Max() <= marginError, $"a margin is off by {differences.Max()}");
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];
}
