using System.Diagnostics;
using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Machine;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>A model that looks at pictures: normalized pixels in, logits of the classes out; nothing is read, scaled or labelled.</summary>
internal sealed class PictureVariant : BenchmarkVariant
{
    private readonly VisionEngine engine;
    private readonly float[] pixels;

    /// <param name="engine">Disposed by the caller, after this.</param>
    public PictureVariant(VisionEngine engine, string dataflow, string kv)
        : base(dataflow, kv)
    {
        this.engine = engine;
        pixels = new float[engine.Config.Vision!.PixelCount];
        // Any picture will do: speed does not depend on it. Normalized pixels lie in about -2 .. 2.
        var random = new RandomSource(1);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (float)(4 * random.NextDouble() - 2);
    }

    public override EnginePlan Plan => engine.Plan;

    public override WorkerPool Pool => engine.Pool;

    public override double Run(BenchmarkTest test, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        engine.Forward(pixels, cancellation);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public override ProfiledTest Profiled(BenchmarkTest test, TimeProvider clock) => new ProfiledPicture(engine, pixels, test, clock);

    public override void Dispose()
    {
    }
}
