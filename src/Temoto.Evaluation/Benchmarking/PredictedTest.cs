using Temoto.Generation.Execution;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>What the planner says of a test before anything is timed.</summary>
/// <param name="Model">The name in reports.</param>
/// <param name="Weights">Their types.</param>
/// <param name="ReadBytesPerSecond">The board's, which the prediction rests on.</param>
/// <param name="Seconds">Computed, of a whole prompt or picture, or of a token of each sequence.</param>
internal sealed record PredictedTest(string Model, string Weights, string Dataflow, string Kv, BenchmarkTest Test, double ReadBytesPerSecond, double Seconds)
{
    public static PredictedTest Of(string model, string weights, string dataflow, string kv, EnginePlan engine, BenchmarkTest test) =>
        new(model, weights, dataflow, kv, test, engine.Board.Memory(MemoryLevel.External).BytesPerSecond.Value, SecondsOf(engine, engine.Board, test));

    /// <summary>The price of a test on a board.</summary>
    public static double SecondsOf(EnginePlan engine, Board board, BenchmarkTest test) =>
        TestRuns.Prices(TestRuns.PlanOf(engine, test), board, test).Sum(prices => prices.Sum(price => price.Seconds));
}
