using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>One thing to time: a prompt of some tokens into an empty cache, some tokens one by one behind <paramref name="Depth"/> cached ones, or a picture.</summary>
/// <param name="Depth">Tokens in the cache before the clock starts; 0 for prefill.</param>
/// <param name="Picture">The tokens are those of one picture.</param>
/// <param name="Sequences">Sequences that generate as many tokens each, at the same time.</param>
internal readonly record struct BenchmarkTest(Phase Phase, int Tokens, int Depth = 0, bool Picture = false, int Sequences = 1)
{
    /// <summary>pp512, tg64, tg64x4, tg64@2048, tg64x4@2048, img197.</summary>
    public string Name => Picture ? $"img{Tokens}" : Phase == Phase.Prefill ? $"pp{Tokens}" : $"tg{Tokens}{(Sequences == 1 ? "" : $"x{Sequences}")}{(Depth == 0 ? "" : $"@{Depth}")}";

    /// <summary>Tokens of all sequences together.</summary>
    public int AllTokens => Sequences * Tokens;

    /// <summary>Positions the cache must hold.</summary>
    public int ContextTokens => Depth + Tokens;
}
