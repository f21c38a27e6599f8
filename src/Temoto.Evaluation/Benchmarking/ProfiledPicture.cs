using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>A picture: normalized pixels in, logits of the classes out.</summary>
internal sealed class ProfiledPicture : ProfiledTest
{
    private readonly float[] pixels;
    private readonly KvCache cache;

    public ProfiledPicture(VisionEngine engine, float[] pixels, BenchmarkTest test, TimeProvider clock)
        : base(test, engine.Plan, engine.Plan.Prefill, engine.NewExecutor(), [RunShape.Of(engine.Plan.Prefill, test.Tokens, 0)], clock)
    {
        this.pixels = pixels;
        cache = new KvCache(engine.Plan.Prefill.Kv!);
    }

    public override void Dispose()
    {
        base.Dispose();
        cache.Dispose();
    }

    protected override void Prepare(CancellationToken cancellation)
    {
    }

    protected override void Run(int run, CancellationToken cancellation) => Executor.Forward(pixels, cache, cancellation);
}
