namespace Temoto.Planning.Host;

/// <summary>A point of the rate of attention's products with the cache.</summary>
/// <param name="Queries">That meet the cache together.</param>
/// <param name="OperationsPerSecond">Multiplications and additions of scores and weighted values; the softmax between them not included.</param>
internal sealed record AttentionRate(int Queries, double OperationsPerSecond)
{
    /// <summary>From one query, where loading takes the time, to as many as a tile has.</summary>
    public static IReadOnlyList<int> Points { get; } = [1, 4, 16, 128];
}
