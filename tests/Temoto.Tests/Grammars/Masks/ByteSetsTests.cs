using System.Buffers;
using System.Text;
using Temoto.Grammars;
using Temoto.Grammars.Masks;

namespace Temoto.Tests.Grammars.Masks;

public class ByteSetsTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 300)]
    [InlineData(3, 2000)]
    public void APlaceHasTheBytesOfAllThatBeginsThere(int seed, int count)
    {
        var tokens = RandomVocabulary.Tokens(new Random(seed), count);
        var tree = new TokenTree(tokens);
        var (prefix, seen) = (new byte[tree.MostBytes], 0);
        for (var place = 1; place < tree.Count; place++)
        {
            var depth = tree.Depth(place);
            prefix[depth - 1] = tree.Value(place);
            var before = prefix[..(depth - 1)];
            var below = tokens.Where(token => token is not null && token.AsSpan().StartsWith(prefix.AsSpan(0, depth)));
            var expected = below.Select(token => SetOf(token.AsSpan(depth - 1))).Aggregate((left, right) => left | right);
            if (Rest(before) is not { Length: 0 })
                Assert.NotEqual(UInt128.Zero, tree.BytesFrom(place) & ByteSets.Other);
            else
                Assert.Equal((place, expected), (place, tree.BytesFrom(place)));
            seen += (expected & ByteSets.Wide) != 0 ? 1 : 0;
        }
        Assert.True(seen > 5);
    }

    [Fact]
    public void SetsOfAsciiLeaveControlCharactersOut()
    {
        Assert.Equal(UInt128.One << 'a', ByteSets.Ascii('a', 'a'));
        Assert.Equal(Enumerable.Range('0', 10).Aggregate(UInt128.Zero, (set, value) => set | UInt128.One << value), ByteSets.Ascii('0', '9'));
        Assert.Equal(ByteSets.Ascii(0x20, 0x7F), ByteSets.Ascii(0, 255));
        Assert.Equal(UInt128.Zero, ByteSets.Ascii(0, 0x1F) | ByteSets.Ascii(0x80, 0xFF));
    }

    /// <summary>What a text without end takes is not followed token by token; only what leads out of it is, and what has not been met.</summary>
    [Theory]
    [InlineData("root ::= \"\\\"\" [a-z]* \"\\\"\"", "\"a")]
    [InlineData("root ::= \"<\" [^>\\x00-\\x1F]* \">\"", "<")]
    [InlineData("root ::= (\"x\" | \"y\")+ \":\" [a-zé手]* \".\"", "x:a")]
    public void LoopsAreNotFollowed(string grammar, string begin)
    {
        var random = new Random(4);
        var letters = Enumerable.Range('a', 26).Select(letter => (char)letter).ToArray();
        string[] ends = ["\"", ">", ":", "手元", "é"];
        var words = Enumerable.Range(0, 20_000).Select(_ => new string(random.GetItems(letters, random.Next(2, 9))) + (random.Next(40) == 0 ? ends[random.Next(ends.Length)] : ""));
        byte[]?[] tokens = [null, .. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), .. words.Select(Encoding.UTF8.GetBytes)];
        var vocabulary = new TokenVocabulary(tokens, [0]);
        var form = Grammar.FromGbnf(vocabulary, grammar);
        var matcher = form.NewMatcher();
        Assert.True(matcher.Accept(Encoding.UTF8.GetBytes(begin)));
        var before = form.Lexicon.Visited;

        var mask = new ulong[vocabulary.MaskWords];
        matcher.ComputeMask(mask);

        Assert.InRange(form.Lexicon.Visited - before, 1, vocabulary.Tree.Count / 5);
        // Each is what a byte after the other says.
        var probe = form.NewMatcher();
        for (var id = 1; id < tokens.Length; id += id < 300 ? 1 : 7)
        {
            probe.Restart();
            Assert.True(probe.Accept(Encoding.UTF8.GetBytes(begin)));
            Assert.Equal((id, probe.Accept(tokens[id])), (id, (mask[id >> 6] >> id & 1) != 0));
        }
    }

    private static UInt128 SetOf(ReadOnlySpan<byte> bytes)
    {
        var set = UInt128.Zero;
        while (!bytes.IsEmpty)
        {
            var read = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            if (read == OperationStatus.InvalidData || (read == OperationStatus.Done && rune.Value is < 0x20 or 0x2028 or 0x2029))
                return Split(bytes, set);
            set |= read == OperationStatus.Done && rune.IsAscii ? UInt128.One << rune.Value : ByteSets.Wide;
            bytes = bytes[(read == OperationStatus.Done ? used : bytes.Length)..];
        }
        return set;
    }

    /// <summary>Something of which nothing is said: its first bytes may begin a point.</summary>
    private static UInt128 Split(ReadOnlySpan<byte> bytes, UInt128 set)
    {
        for (var length = 1; length < 4 && length < bytes.Length && Rune.DecodeFromUtf8(bytes[..length], out _, out _) == OperationStatus.NeedMoreData; length++)
            set |= ByteSets.Wide;
        set |= ByteSets.Other;
        // Behind a whole separator or control character there are points again; behind what is no UTF-8 nothing is.
        return Rune.DecodeFromUtf8(bytes, out _, out var used) == OperationStatus.Done ? set | SetOf(bytes[used..]) : set;
    }

    /// <summary>What is left behind the whole points; null behind what is no UTF-8.</summary>
    private static byte[]? Rest(byte[] bytes)
    {
        var rest = bytes.AsSpan();
        while (!rest.IsEmpty)
        {
            var read = Rune.DecodeFromUtf8(rest, out _, out var used);
            if (read == OperationStatus.InvalidData)
                return null;
            if (read == OperationStatus.NeedMoreData)
                return [.. rest];
            rest = rest[used..];
        }
        return [];
    }
}
