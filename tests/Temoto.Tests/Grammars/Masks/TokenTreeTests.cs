using Temoto.Grammars.Masks;

namespace Temoto.Tests.Grammars.Masks;

public class TokenTreeTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 64)]
    [InlineData(4, 65)]
    [InlineData(5, 700)]
    public void PlacesAreTheBeginningsOfTokensEachBeforeThoseBelowIt(int seed, int count)
    {
        var tokens = RandomVocabulary.Tokens(new Random(seed), count);
        var tree = new TokenTree(tokens);
        // As texts of hexadecimal digits, whose order is that of the bytes.
        var texts = tokens.Select(token => token is null ? "" : Convert.ToHexString(token)).ToArray();
        var beginnings = texts.SelectMany(text => Enumerable.Range(0, text.Length / 2 + 1).Select(length => text[..(2 * length)])).Append("").Distinct().Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(beginnings.Length, tree.Count);
        Assert.Equal(beginnings.Max(text => text.Length / 2), tree.MostBytes);
        for (var place = 0; place < tree.Count; place++)
        {
            var text = beginnings[place];
            var below = beginnings.Count(other => other.StartsWith(text, StringComparison.Ordinal));
            Assert.Equal(text.Length / 2, tree.Depth(place));
            Assert.Equal(place + below, tree.End(place));
            Assert.Equal(below > 1, tree.HasMore(place));
            if (place > 0)
                Assert.Equal(text[^2..], $"{tree.Value(place):X2}");
            var ids = Enumerable.Range(0, count).Where(id => text.Length > 0 && texts[id] == text).ToArray();
            Assert.Equal(ids.Length > 0, tree.HasToken(place));
            Assert.Equal(ids, Set(tree, place, count));
        }
    }

    [Fact]
    public void OnlyWantedTokensAreInIt()
    {
        byte[]?[] tokens = [[1], [1, 2], null, [2], [1, 3]];
        var tree = new TokenTree(tokens, bytes => bytes.Length == 2);

        Assert.Equal(4, tree.Count);
        Assert.False(tree.HasToken(1));
        Assert.Equal([1], Set(tree, 2, tokens.Length));
        Assert.Equal([4], Set(tree, 3, tokens.Length));
    }

    [Fact]
    public void LongTokensDoNotCostTheSquareOfTheirLength()
    {
        var tokens = Enumerable.Range(1, 300).Select(length => new byte[200 * length]).Append(new byte[70_000]).ToArray();

        var tree = new TokenTree(tokens);

        // Deeper places than a depth can say are left out.
        Assert.Equal(60_000, tree.MostBytes);
        Assert.Equal(60_001, tree.Count);
        Assert.Equal(tree.Count, tree.End(0));
    }

    private static IEnumerable<int> Set(TokenTree tree, int place, int count)
    {
        var mask = new ulong[(count + 63) / 64];
        tree.Set(place, mask);
        return [.. Enumerable.Range(0, 64 * mask.Length).Where(id => (mask[id >> 6] >> id & 1) != 0)];
    }
}
