using Temoto.Plans;

namespace Temoto.Simulation.Exploration;

/// <summary>What designs are compared at.</summary>
/// <param name="PromptTokens">Of the prompt whose rate is simulated.</param>
/// <param name="ContextTokens">In the cache when a token is generated.</param>
/// <param name="PowerBudgetWatts">What the best design may take in either phase; null for any.</param>
internal sealed record ExplorationSettings(int PromptTokens, int ContextTokens, double? PowerBudgetWatts)
{
    /// <summary>What the core multiplies; null for what the template's does.</summary>
    public NumberType? Weights { get; init; }

    /// <summary>Positions of the cache that all of it needs.</summary>
    public int CacheTokens => Math.Max(PromptTokens, ContextTokens) + 1;
}
