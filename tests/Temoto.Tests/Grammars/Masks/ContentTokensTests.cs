using System.Text;
using Temoto.Grammars.Masks;

namespace Temoto.Tests.Grammars.Masks;

public class ContentTokensTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 64)]
    [InlineData(3, 65)]
    [InlineData(4, 1000)]
    public void TokensAreCountedByTheirCodePoints(int seed, int count)
    {
        var tokens = RandomVocabulary.Tokens(new Random(seed), count);
        var content = new ContentTokens(tokens, (count + 63) / 64);
        var points = tokens.Select(PointsOf).ToArray();

        Assert.Equal(Math.Max(0, points.Max()), content.MostPoints);
        for (var most = 0; most <= 260; most++)
        {
            var mask = content.UpTo(most);
            for (var id = 0; id < count; id++)
                Assert.Equal(points[id] > 0 && points[id] <= most, (mask[id >> 6] >> id & 1) != 0);
        }
    }

    [Theory]
    [InlineData(5, 300)]
    [InlineData(6, 1000)]
    public void OthersAreAllThatAStringMayMeetAndNoMore(int seed, int count)
    {
        var tokens = RandomVocabulary.Tokens(new Random(seed), count);
        var others = new ContentTokens(tokens, (count + 63) / 64).Others;
        var mask = new ulong[(count + 63) / 64];
        for (var place = 0; place < others.Count; place++)
            others.Set(place, mask);

        for (var id = 0; id < count; id++)
            Assert.Equal(tokens[id] is { Length: > 0 } token && PointsOf(token) < 0 && IsMetBehindContent(token), (mask[id >> 6] >> id & 1) != 0);
    }

    [Fact]
    public void WithoutContentThereIsNone()
    {
        var content = new ContentTokens([null, [], "\""u8.ToArray(), [0xC1], [0xA9, (byte)'"'], "\\n"u8.ToArray()], 1);

        Assert.Equal(0, content.MostPoints);
        Assert.Equal([0UL], content.UpTo(0));
        Assert.Equal([0UL], content.UpTo(9));
        Assert.Equal(2, Enumerable.Range(0, content.Others.Count).Count(content.Others.HasToken));
    }

    /// <summary>By the decoder of .NET: 0 for nothing, -1 where something else is within or it is long. A code point that is not whole at the end counts if some bytes make one of it.</summary>
    private static int PointsOf(byte[]? token)
    {
        token ??= [];
        var whole = TextOf(token) ?? Completions.Select(more => TextOf([.. token, .. more])).FirstOrDefault(text => text is not null);
        return whole is null || whole.Any(IsOther) || whole.EnumerateRunes().Count() > 256 ? -1 : whole.EnumerateRunes().Count();
    }

    private static readonly byte[][] Completions = [.. from count in Enumerable.Range(1, 3) from first in new byte[] { 0x80, 0x90, 0xA0, 0xBF } select (byte[])[first, .. Enumerable.Repeat((byte)0xBF, count - 1)]];

    private static bool IsOther(char value) => value is < ' ' or '"' or '\\' or '\u2028' or '\u2029';

    private static string? TextOf(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The first that is no content is what a string may have there; or all is content, and long.</summary>
    private static bool IsMetBehindContent(byte[] token)
    {
        for (var end = 1; end <= token.Length; end++)
        {
            if (TextOf(token[..end]) is { } text && text.Any(IsOther))
                return text[^1] >= ' ';
        }
        return TextOf(token) is not null;
    }
}
