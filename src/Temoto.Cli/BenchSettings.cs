using Temoto.Evaluation.Benchmarking;
using Temoto.Formats.Config;

namespace Temoto.Cli;

/// <summary>What is timed of each model.</summary>
internal sealed record BenchSettings
{
    /// <summary>Of language models.</summary>
    public required IReadOnlyList<BenchmarkTest> Tests { get; init; }

    /// <summary>The first option on the command line that chose <see cref="Tests"/>; null where none did.</summary>
    public required string? TestsGiven { get; init; }

    public required int Rounds { get; init; }

    public required IReadOnlyList<string> Dataflows { get; init; }

    public required IReadOnlyList<string> KvTypes { get; init; }

    public required ModelOptions Options { get; init; }

    /// <summary>Steps are timed too.</summary>
    public required bool Profile { get; init; }

    /// <summary>Each dataflow with each type of cache, with room for these tests.</summary>
    public IReadOnlyList<(string Dataflow, string Kv, ModelOptions Options)> Ways(IReadOnlyList<BenchmarkTest> tests)
    {
        var options = Options with { ContextTokens = tests.Max(test => test.ContextTokens), MaxBatchSequences = tests.Max(test => test.Sequences) };
        return [.. Dataflows.SelectMany(mode => KvTypes.Select(type => (mode, type, options with { KvCache = ModelChoice.KvTypeOf(type), Dataflow = ModelChoice.DataflowOf(mode) })))];
    }

    /// <summary>Refuses more sequences than there is memory for.</summary>
    /// <param name="memory">Of one sequence.</param>
    public static void RequireRoom(MemoryPlan memory, IReadOnlyList<BenchmarkTest> tests)
    {
        var sequences = tests.Max(test => test.Sequences);
        if (memory.TotalBytes + (sequences - 1) * memory.KvBytes > memory.AvailableBytes)
            throw new InputException("--batch", null, $"{memory}, and {sequences} caches", "what fits into memory", "choose fewer sequences, or a smaller -n or -d");
    }

    /// <summary>Refuses tests that are longer than a language model's sequences may be.</summary>
    public static void RequirePositions(string model, ModelConfig config, IReadOnlyList<BenchmarkTest> tests)
    {
        var longest = tests.Max(test => test.ContextTokens);
        if (config.Vision is null && longest > config.MaxPositionEmbeddings)
            throw new InputException("bench", null, $"a test of {longest} tokens", $"at most {config.MaxPositionEmbeddings} (max_position_embeddings of {model})", "choose smaller -p, -n or -d");
    }

    /// <summary>For models that look at pictures alone: there is nothing to choose.</summary>
    public void RefuseTests(string model)
    {
        if (TestsGiven is not null)
            throw new InputException(TestsGiven, null, $"a choice of tokens for {model}, which looks at pictures", "it with language models only", "leave it out: a picture is timed");
    }
}
