using Temoto.Dataflow;

namespace Temoto.Generation.Benchmarking;

/// <summary>One thing to time: a prompt of some tokens into an empty cache, some tokens one by one behind <paramref name="Depth"/> cached ones, or a picture.</summary>
/// <param name="Depth">Tokens in the cache before the clock starts; 0 for prefill.</param>
/// <param name="Picture">The tokens are those of one picture.</param>
internal readonly record struct BenchmarkTest(Phase Phase, int Tokens, int Depth = 0, bool Picture = false)
{
    /// <summary>pp512, tg64, tg64@2048, img197.</summary>
    public string Name => Picture ? $"img{Tokens}" : Phase == Phase.Prefill ? $"pp{Tokens}" : Depth == 0 ? $"tg{Tokens}" : $"tg{Tokens}@{Depth}";

    /// <summary>Positions the cache must hold.</summary>
    public int ContextTokens => Depth + Tokens;
}
