using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>A prediction beside what came of it.</summary>
/// <param name="MeasuredSeconds">Of the same prompt, picture or token.</param>
/// <param name="ReadBytesPerSecond">What memory gave in the rounds of the measurement: the median of its samples.</param>
/// <param name="SecondsAtThatRate">Computed as the prediction was, with memory as fast as it was in those rounds.</param>
internal sealed record ComparedTest(PredictedTest Predicted, Spread MeasuredSeconds, double ReadBytesPerSecond, double SecondsAtThatRate)
{
    /// <summary>0.1: the prediction is a tenth above the median.</summary>
    public double Error => Predicted.Seconds / MeasuredSeconds.Median - 1;

    /// <inheritdoc cref="Error"/>
    public double ErrorAtThatRate => SecondsAtThatRate / MeasuredSeconds.Median - 1;

    /// <param name="result">Of the test that <paramref name="predicted"/> is for.</param>
    public static ComparedTest Of(PredictedTest predicted, BenchmarkResult result, double readBytesPerSecond)
    {
        var engine = result.Variant.Plan;
        return new ComparedTest(predicted, SecondsOf(result), readBytesPerSecond, PredictedTest.SecondsOf(engine, WithMemory(engine.Board, readBytesPerSecond), predicted.Test));
    }

    /// <summary>A board whose memory beyond all caches gives so much.</summary>
    public static Board WithMemory(Board board, double bytesPerSecond) =>
        board.WithExternalMemory(memory => memory with { BytesPerSecond = memory.BytesPerSecond with { Value = bytesPerSecond } });

    private static Spread SecondsOf(BenchmarkResult result)
    {
        double tokens = result.Test.Phase == Phase.Decode ? result.Test.Sequences : result.Test.Tokens;
        var rate = result.TokensPerSecond;
        return new Spread(tokens / rate.Median, tokens / rate.Max, tokens / rate.Min);
    }
}
