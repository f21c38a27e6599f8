using Temoto.Formats.Checkpoints;
using Temoto.Generation.Adapters;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Models;

namespace Temoto.Tests.Generation.Adapters;

/// <summary>Adapters that PEFT wrote, merged and computed (shared/data/golden-checkpoints): merged matrices, and logits.</summary>
public sealed class GoldenAdapterTests : IDisposable
{
    /// <summary>As for models without adapters: norms, rotary tables and softmax are float32 there.</summary>
    private const double LogitTolerance = 3e-5;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Golden => ["lora-qv", "lora-all-rslora", "lora-patterns-bf16", "lora-modules-to-save", "lora-dora"];

    /// <summary>The right values are of merged weights that were not rounded to BF16: so the base is held in F32.</summary>
    [Theory]
    [MemberData(nameof(Golden))]
    public void LogitsEqualThoseOfPeft(string name)
    {
        var (source, adapter) = (RepositoryPaths.DataPath("golden-checkpoints/lora-base"), RepositoryPaths.DataPath($"golden-checkpoints/{name}"));
        using var model = LanguageModel.Load(AdapterFixture.Converted(folder, source, DType.F32), new ModelOptions { Precise = true, Adapter = adapter });
        foreach (var (tokens, expected) in GoldenLogits.Cases(adapter))
        {
            var worst = GoldenLogits.Worst(expected, GoldenLogits.Of(model, tokens));
            TestContext.Current.SendDiagnosticMessage($"{name}, {expected.Length} logits: largest difference {worst:E1} standard deviations");
            Assert.True(worst <= LogitTolerance, $"off by {worst:E2} standard deviations");
        }
    }

    /// <summary>
    /// float32: some rounded sums of numbers not above the largest weight. BF16: half a unit of its 8 bits as well.
    /// </summary>
    [Theory]
    [MemberData(nameof(Golden))]
    public void MergedMatricesEqualThoseOfPeft(string name)
    {
        var (source, adapter) = (RepositoryPaths.DataPath("golden-checkpoints/lora-base"), RepositoryPaths.DataPath($"golden-checkpoints/{name}"));
        using var expected = SafetensorsFile.Open(Path.Combine(adapter, "check", "merged.safetensors"));
        Assert.NotEmpty(expected.Tensors);
        foreach (var dtype in new[] { DType.F32, DType.BF16 })
        {
            using var merged = AdaptedCheckpoint.Open(dtype == DType.F32 ? AdapterFixture.Converted(folder, source, dtype) : source, adapter);
            foreach (var tensor in expected.Tensors.Values)
            {
                var (values, actual) = (AdapterFixture.Values(tensor), merged.Tensors[tensor.Name]);
                // What replaces a module keeps the type that the adapter has.
                Assert.Equal(tensor.Name == "lm_head.weight" ? DType.F32 : dtype, actual.DType);
                var largest = values.Max(Math.Abs);
                var worst = values.Zip(AdapterFixture.Values(actual), (e, a) => Math.Max(0, Math.Abs(e - a) - (actual.DType == DType.BF16 ? Math.Abs(e) / 256 : 0))).Max();
                Assert.True(worst <= 4e-7 * largest, $"{tensor.Name} {dtype}: off by {worst:E2} where the largest is {largest}");
            }
        }
    }
}
