using Temoto.Generation.Execution;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>
/// The runs of a test through an executor of their own, whose steps are timed when that is asked for: a prompt in parts of the plan's size, tokens one by one, or a picture. The engine
/// alone: nothing is sampled.
/// </summary>
internal abstract class ProfiledTest : IDisposable
{
    private readonly TimeProvider clock;

    /// <param name="executor">Of the plan; taken over.</param>
    /// <param name="runs">What the test consists of, in order.</param>
    protected ProfiledTest(BenchmarkTest test, EnginePlan engine, Plan plan, PlanExecutor executor, IReadOnlyList<RunShape> runs, TimeProvider clock)
    {
        this.clock = clock;
        Test = test;
        Board = engine.Board;
        Plan = plan;
        Executor = executor;
        Runs = runs;
        Times = new StepTimes(plan.Steps.Count(), clock);
    }

    public BenchmarkTest Test { get; }

    /// <summary>The one that the plan was made for.</summary>
    public Board Board { get; }

    public Plan Plan { get; }

    public IReadOnlyList<RunShape> Runs { get; }

    /// <summary>Of the last <see cref="Run(bool, CancellationToken)"/> that timed steps.</summary>
    public StepTimes Times { get; }

    protected PlanExecutor Executor { get; }

    /// <summary>Seconds of all runs together, by a clock that is read before the first and after the last.</summary>
    public double Run(bool timeSteps, CancellationToken cancellation)
    {
        Prepare(cancellation);
        Executor.Times = timeSteps ? Times : null;
        if (timeSteps)
            Times.Clear();
        var began = clock.GetTimestamp();
        for (var run = 0; run < Runs.Count; run++)
            Run(run, cancellation);
        return clock.GetElapsedTime(began).TotalSeconds;
    }

    public virtual void Dispose() => Executor.Dispose();

    /// <summary>Before the clock starts.</summary>
    protected abstract void Prepare(CancellationToken cancellation);

    /// <summary>One of <see cref="Runs"/>.</summary>
    protected abstract void Run(int run, CancellationToken cancellation);
}
