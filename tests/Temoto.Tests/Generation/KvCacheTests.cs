using Temoto.Evaluation.Seeded;
using Temoto.Generation;
using Temoto.Plans;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation;

public class KvCacheTests
{
    /// <summary>What is copied out of one cache and into another is all that the positions hold: a text goes on from it as from its own, bit for bit.</summary>
    [Theory]
    [InlineData("tiny-qwen2", KvCacheType.F16)]
    [InlineData("tiny-qwen2", KvCacheType.Int8)]
    [InlineData("tiny-gpt-oss", KvCacheType.F16)]
    [InlineData("tiny-lfm2", KvCacheType.F32)]
    [InlineData("tiny-lfm2", KvCacheType.F16)]
    [InlineData("tiny-lfm2", KvCacheType.Int8)]
    public void ATextGoesOnFromACopy(string shape, KvCacheType type)
    {
        const int copied = 3 * KvLayout.PanelPositions;
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get(shape), 5, folder.Path, DType.F32, null, TestContext.Current.CancellationToken);
        using var model = LanguageModel.Load(folder.Path, new ModelOptions { KvCache = type, ContextTokens = 80, Threads = 2 });
        using var prefill = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, 64, 1));
        int[] text = [.. Enumerable.Range(0, 64).Select(index => index * 37 % 300)];
        using var own = model.Engine.NewCache();
        prefill.Forward(text.AsSpan(0, copied), own, 1);
        using var copy = model.Engine.NewCache();
        var bytes = new byte[KvCache.BytesOf(own.Layout, copied)];
        own.CopyTo(bytes, 0, copied);
        copy.Append(bytes, copied);
        var expected = prefill.Forward(text.AsSpan(copied), own, 1).ToArray();
        Assert.Equal(expected, prefill.Forward(text.AsSpan(copied), copy, 1).ToArray());
        Assert.Contains(bytes, value => value != 0);
    }
}
