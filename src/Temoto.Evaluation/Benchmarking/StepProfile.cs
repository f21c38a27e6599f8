using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>One row of a profile: what was measured beside what was computed.</summary>
/// <param name="Seconds">Measured, of all layers: the median over rounds of a whole prompt, picture or token.</param>
/// <param name="PricedSeconds">Computed for the same (<see cref="PlanPrice"/>).</param>
/// <param name="BoundBy">What the price says takes longest.</param>
internal sealed record ProfiledStep(StepRow Row, double Seconds, double PricedSeconds, Bound BoundBy)
{
    public double SecondsPerLayer => Seconds / Row.Layers;

    /// <summary>Above 1 it took longer than its price.</summary>
    public double MeasuredOverPriced => Seconds / PricedSeconds;
}

/// <summary>Where the time of a test goes, step by step, beside the price of each step.</summary>
/// <param name="Board">What prices rest on.</param>
/// <param name="RunSeconds">Measured, of a whole prompt, picture or token while no step is timed.</param>
/// <param name="TimedRunSeconds">The same while steps are timed: what they exceed <paramref name="RunSeconds"/> by is the cost of looking at the clock.</param>
internal sealed record StepProfile(BenchmarkTest Test, Board Board, IReadOnlyList<ProfiledStep> Steps, Spread RunSeconds, Spread TimedRunSeconds)
{
    public double StepSeconds => Steps.Sum(step => step.Seconds);

    public double PricedSeconds => Steps.Sum(step => step.PricedSeconds);

    /// <summary>Each round runs every test twice, with and without a clock at its steps, in turn first; one round is not counted.</summary>
    /// <param name="progress">Gets the runs done and in all.</param>
    public static IReadOnlyList<StepProfile> Take(IReadOnlyList<ProfiledTest> tests, int rounds, Action<int, int>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var taken = tests.Select(test => new Samples(test)).ToList();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (index, samples) in taken.Index())
            {
                samples.Add(timedFirst: round % 2 == 0, isCounted: round > 0, cancellation);
                progress?.Invoke(round * tests.Count + index + 1, (rounds + 1) * tests.Count);
            }
        }
        return [.. taken.Select(samples => samples.Profile())];
    }

    /// <summary>What the rounds of one test gave.</summary>
    private sealed class Samples(ProfiledTest test)
    {
        private readonly StepRows rows = StepRows.Of(test.Plan);
        private readonly List<double> runs = [];
        private readonly List<double> timedRuns = [];
        private readonly List<double[]> steps = [];

        /// <summary>A prompt is one thing, however many parts it has; of generated tokens each is one.</summary>
        private int Things => test.Plan.Phase == Phase.Decode ? test.Runs.Count : 1;

        public void Add(bool timedFirst, bool isCounted, CancellationToken cancellation)
        {
            foreach (var timed in (bool[])[timedFirst, !timedFirst])
            {
                var seconds = test.Run(timed, cancellation) / Things;
                if (!isCounted)
                    continue;
                (timed ? timedRuns : runs).Add(seconds);
                if (timed)
                    steps.Add(rows.Sums(Enumerable.Range(0, rows.RowOf.Count).Select(step => test.Times.Seconds(step) / Things)));
            }
        }

        public StepProfile Profile()
        {
            var prices = Prices();
            return new StepProfile(
                test.Test,
                test.Board,
                [.. rows.Rows.Select((row, index) => new ProfiledStep(
                    row, Spread.Of([.. steps.Select(round => round[index])]).Median, prices.Seconds[index], prices.Memory[index] > prices.Compute[index] ? Bound.Memory : Bound.Compute))],
                Spread.Of(runs),
                Spread.Of(timedRuns));
        }

        private (double[] Seconds, double[] Memory, double[] Compute) Prices()
        {
            var (seconds, memory, compute) = (new double[rows.Rows.Count], new double[rows.Rows.Count], new double[rows.Rows.Count]);
            foreach (var (step, price) in TestRuns.Prices(test.Plan, test.Board, test.Test).SelectMany(run => run.Index()))
            {
                var row = rows.RowOf[step];
                seconds[row] += price.Seconds;
                memory[row] += price.MemorySeconds;
                compute[row] += price.ComputeSeconds;
            }
            return (seconds, memory, compute);
        }
    }
}
