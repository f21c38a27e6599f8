using Temoto.Generation.Execution;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>The runs of a plan that a test consists of, and what they cost.</summary>
internal static class TestRuns
{
    /// <summary>The plan that carries a test out.</summary>
    public static Plan PlanOf(EnginePlan engine, BenchmarkTest test) => test switch
    {
        { Phase: Phase.Prefill } => engine.Prefill,
        { Sequences: 1 } => engine.Decode,
        _ => engine.Batch!,
    };

    /// <summary>As the engine cuts prompts: only the last part gives logits. (It takes a part of one token by the plan for one token; here all are the prompt's.)</summary>
    public static IEnumerable<RunShape> Of(Plan plan, BenchmarkTest test)
    {
        if (test.Phase == Phase.Decode)
        {
            for (var token = 0; token < test.Tokens; token++)
                yield return RunShape.Of(plan, test.Sequences, test.Depth + token);
            yield break;
        }
        for (var done = 0; done < test.Tokens; done += plan.MaxTokens)
        {
            var count = Math.Min(plan.MaxTokens, test.Tokens - done);
            yield return RunShape.Of(plan, count, done, done + count == test.Tokens ? 1 : 0);
        }
    }

    /// <summary>Those whose prices together are that of one prompt, picture or generated token: of tokens, the one in the middle, since what attention reads grows by the same with each.</summary>
    public static IEnumerable<RunShape> OfOne(Plan plan, BenchmarkTest test) =>
        test.Phase == Phase.Decode ? [RunShape.Of(plan, test.Sequences, test.Depth + (test.Tokens - 1) / 2)] : Of(plan, test);

    /// <summary>Prices of the steps of one prompt, picture or generated token, run by run.</summary>
    public static IEnumerable<IReadOnlyList<StepPrice>> Prices(Plan plan, Board board, BenchmarkTest test) =>
        OfOne(plan, test).Select(run => PlanPrice.Of(plan, board, run.Tokens, run.Positions[0], run.LogitRows));
}
