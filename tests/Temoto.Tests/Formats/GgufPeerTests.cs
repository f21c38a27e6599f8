using System.Text.Json;
using Temoto.Generation.Evaluation;
using Temoto.Tensors;

namespace Temoto.Tests.Formats;

/// <summary>
/// llama.cpp itself loads what our writer writes and computes the same logits from it. Runs where bench/peers/llama.cpp is installed
/// (npm ci --omit=optional --ignore-scripts there; needs node 20).
/// </summary>
public sealed class GgufPeerTests : IDisposable
{
    private static readonly int[] Tokens = [72, 101, 108, 108, 111, 259, 32, 100, 7, 200, 263, 111];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <param name="tolerance">
    /// Largest root mean square difference, in standard deviations of the logits. With float32 weights both sides differ by summation order only.
    /// Otherwise llama.cpp rounds the activations too, to the type its kernels multiply with (float16, bfloat16, or int8 in blocks), which our precise kernels do not: a relative step of
    /// 2^-11, 2^-9 or 1/254 at each of 15 matrices in a row. A wrong layout or name gives 1.4 (independent logits).
    /// </param>
    [Theory]
    [InlineData("F32", "llama", 1e-5)]
    [InlineData("F32", "llama", 1e-5, true)]
    [InlineData("F32", "qwen2", 1e-5)]
    [InlineData("F32", "qwen3", 1e-5)]
    [InlineData("F16", "llama", 0.01)]
    [InlineData("BF16", "llama", 0.05)]
    [InlineData("Q8_0", "qwen2", 0.05)]
    [InlineData("Q4_0", "qwen3", 0.05)]
    [InlineData("Q4_1", "llama", 0.05)]
    [InlineData("Q5_0", "llama", 0.05)]
    [InlineData("Q5_1", "llama", 0.05)]
    [InlineData("Q2_K", "llama", 0.05)]
    [InlineData("Q3_K", "llama", 0.05)]
    [InlineData("Q4_K", "qwen2", 0.05)]
    [InlineData("Q5_K", "llama", 0.05)]
    [InlineData("Q6_K", "llama", 0.05)]
    public void LlamaCppComputesTheSameLogits(string dtype, string architecture, double tolerance, bool ropeFrequencies = false)
    {
        var peer = Path.Combine(RepositoryPaths.Root, "bench", "peers", "llama.cpp");
        Assert.SkipUnless(Directory.Exists(Path.Combine(peer, "node_modules", "node-llama-cpp")), "the peer bench/peers/llama.cpp is not installed (npm ci --omit=optional --ignore-scripts there)");
        var path = folder.File("m.gguf");
        GgufFixture.Write(path, Enum.Parse<DType>(dtype), architecture, ropeFrequencies: ropeFrequencies);
        using var answer = JsonDocument.Parse(Oracle.Run("node", [Path.Combine(peer, "greedy.mjs"), path, string.Join(',', Tokens), "0", "logits"], ""));
        Assert.Equal(GgufFixture.VocabSize, answer.RootElement.GetProperty("vocabulary").GetInt32());
        var expected = answer.RootElement.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(value => value.GetDouble())).ToArray();
        Assert.Equal(Tokens.Length * GgufFixture.VocabSize, expected.Length);

        using var model = LanguageModel.Load(path, new ModelOptions { Precise = true });
        using var rows = new LogitRows(model.Engine);
        var actual = new float[expected.Length];
        rows.Run(Tokens, 0, (position, logits) => logits.CopyTo(actual.AsSpan(position * GgufFixture.VocabSize)), TestContext.Current.CancellationToken);

        var mean = expected.Average();
        var deviation = Math.Sqrt(expected.Average(value => (value - mean) * (value - mean)));
        var difference = Math.Sqrt(expected.Zip(actual, (e, a) => (e - a) * (e - a)).Average());
        Assert.InRange(deviation, 0.1, 10);
        TestContext.Current.SendDiagnosticMessage($"{dtype} {architecture}: rms {difference / deviation:E2} standard deviations");
        Assert.True(difference <= tolerance * deviation, $"off by {difference / deviation:E2} standard deviations");
    }
}
