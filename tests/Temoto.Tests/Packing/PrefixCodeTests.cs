using Temoto.Packing;

namespace Temoto.Tests.Packing;

public class PrefixCodeTests
{
    /// <summary>With a bound that does not bind, the cost is that of Huffman's own construction.</summary>
    [Fact]
    public void LengthsAreOptimalWithoutABound()
    {
        var random = new Random(2);
        for (var round = 0; round < 200; round++)
        {
            var counts = Enumerable.Range(0, random.Next(2, 40)).Select(_ => (long)random.Next(0, 1000)).ToArray();
            counts[0] = counts[1] = 1;
            var lengths = PrefixCode.Lengths(counts, 30);
            Assert.Equal(HuffmanCost(counts), counts.Zip(lengths, (count, length) => count * length).Sum());
            Assert.Equal(1.0, lengths.Where(length => length > 0).Sum(length => Math.Pow(2, -length)));
        }
    }

    /// <summary>With a bound, no other complete code of four symbols and at most 2 or 3 bits is cheaper; longer alphabets stay complete and within it.</summary>
    [Fact]
    public void LengthsAreOptimalWithinABound()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var counts = Enumerable.Range(0, 6).Select(i => (long)random.Next(1, 1 << 2 * i + 1)).ToArray();
            var lengths = PrefixCode.Lengths(counts, 4);
            Assert.Equal(BestOfAll(counts, 4), counts.Zip(lengths, (count, length) => count * length).Sum());
            var steep = Enumerable.Range(0, 256).Select(i => 1L << i / 6).ToArray();
            random.Shuffle(steep);
            var bounded = PrefixCode.Lengths(steep, PrefixCode.MostBits);
            Assert.InRange(bounded.Max(), 8, PrefixCode.MostBits);
            Assert.NotNull(PrefixCode.Codes(bounded));
        }
    }

    [Fact]
    public void CodesAreCanonicalAndReversed()
    {
        Assert.Equal([0b01, 0, 0b011, 0b111], PrefixCode.Codes([2, 1, 3, 3])!.Select(code => (int)code));
        Assert.Null(PrefixCode.Codes([2, 1, 3]));
        Assert.Null(PrefixCode.Codes([1, 1, 1]));
        Assert.Null(PrefixCode.Codes([2]));
        Assert.Equal([0, 0], PrefixCode.Codes([0, 1])!.Select(code => (int)code));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrefixCode.Lengths([1, 1, 1, 1, 1], 2));
    }

    private static long HuffmanCost(long[] counts)
    {
        var heap = new PriorityQueue<long, long>(counts.Where(count => count > 0).Select(count => (count, count)));
        long cost = 0;
        while (heap.Count > 1)
        {
            var sum = heap.Dequeue() + heap.Dequeue();
            cost += sum;
            heap.Enqueue(sum, sum);
        }
        return cost;
    }

    private static long BestOfAll(long[] counts, int mostBits, int symbol = 0, int space = 0)
    {
        var whole = 1 << mostBits;
        if (symbol == counts.Length)
            return space <= whole ? 0 : long.MaxValue / 2;
        var best = long.MaxValue / 2;
        for (var length = 1; length <= mostBits; length++)
        {
            if (space + (whole >> length) <= whole)
                best = Math.Min(best, counts[symbol] * length + BestOfAll(counts, mostBits, symbol + 1, space + (whole >> length)));
        }
        return best;
    }
}
