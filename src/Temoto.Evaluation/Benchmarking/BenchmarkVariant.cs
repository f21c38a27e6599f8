using Temoto.Generation.Execution;
using Temoto.Machine;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>One way to run a model (a dataflow, a KV type). Times the engine alone.</summary>
/// <param name="dataflow">Name for reports: auto, gemm or tphs.</param>
/// <param name="kv">Name for reports: f16, int8 or f32.</param>
internal abstract class BenchmarkVariant(string dataflow, string kv) : IDisposable
{
    public string Dataflow { get; } = dataflow;

    public string Kv { get; } = kv;

    public abstract EnginePlan Plan { get; }

    /// <summary>How one token reads weights in panels; null where nothing was to choose.</summary>
    public virtual bool? ReadsPastCaches => null;

    /// <summary>The threads of the engine.</summary>
    public abstract WorkerPool Pool { get; }

    /// <summary>Seconds of one repetition.</summary>
    public abstract double Run(BenchmarkTest test, CancellationToken cancellation);

    /// <summary>The same test with steps that can be timed one by one. The caller disposes it, and runs nothing else meanwhile.</summary>
    public abstract ProfiledTest Profiled(BenchmarkTest test, TimeProvider clock);

    /// <summary>Frees what the variant took beside its engine.</summary>
    public abstract void Dispose();
}
