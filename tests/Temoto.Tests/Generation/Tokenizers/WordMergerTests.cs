using Temoto.Generation.Tokenizers;

namespace Temoto.Tests.Generation.Tokenizers;

public class WordMergerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(49)]
    [InlineData(300)]
    public void MergesByTheDefinition(int length)
    {
        var random = new Random(length);
        for (var round = 0; round < 60; round++)
        {
            // Any pair of tokens may merge into any token; several pairs share a rank, as equal scores do.
            var merges = new Dictionary<(int Left, int Right), (int Rank, int Merged)>();
            var table = new MergeTable(120);
            for (var i = 0; i < 120; i++)
            {
                var pair = (random.Next(14), random.Next(14));
                merges[pair] = (random.Next(60), random.Next(14));
                table.Set(pair.Item1, pair.Item2, merges[pair].Rank, merges[pair].Merged);
            }
            var merger = new WordMerger();
            for (var word = 0; word < 5; word++)
            {
                var symbols = Enumerable.Range(0, length).Select(_ => random.Next(14)).ToArray();
                var expected = ByDefinition(merges, [.. symbols]);
                var count = merger.Merge(table, symbols);
                Assert.Equal(expected, symbols.Take(count));
            }
        }
    }

    /// <summary>Finds the pair of lowest rank, the leftmost of equals, merges it, and starts over.</summary>
    private static List<int> ByDefinition(Dictionary<(int Left, int Right), (int Rank, int Merged)> merges, List<int> symbols)
    {
        while (true)
        {
            var best = -1;
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (merges.TryGetValue((symbols[i], symbols[i + 1]), out var merge) && (best < 0 || merge.Rank < merges[(symbols[best], symbols[best + 1])].Rank))
                    best = i;
            }
            if (best < 0)
                return symbols;
            symbols[best] = merges[(symbols[best], symbols[best + 1])].Merged;
            symbols.RemoveAt(best + 1);
        }
    }
}
