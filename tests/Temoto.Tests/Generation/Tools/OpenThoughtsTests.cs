using System.Text;
using Temoto.Generation.Tools;

namespace Temoto.Tests.Generation.Tools;

public class OpenThoughtsTests
{
    private const int End = 256, Special = 257, Crossing = 258, Closing = 259, Harmless = 260;

    private static readonly byte[]?[] Bytes = [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), null, null, "k>{"u8.ToArray(), "ink>\n"u8.ToArray(), "a>b"u8.ToArray()];

    [Theory]
    [InlineData("no end", false)]
    [InlineData("so </think", false)]
    [InlineData("so </think>", true)]
    [InlineData("a < </thin</think>", true)]
    public void TheMarkEndsThem(string text, bool over) => Assert.Equal(over, After(text).IsOver);

    [Fact]
    public void AMarkMayEndWithinTokens()
    {
        var thoughts = After("so </th");
        thoughts.Accept(Closing);
        Assert.True(thoughts.IsOver);
    }

    [Fact]
    public void ASpecialTokenEndsThem()
    {
        var thoughts = After("so ");
        thoughts.Accept(Special);
        Assert.True(thoughts.IsOver);
    }

    [Fact]
    public void NoTokenEndsTheAnswerOrHasTextBehindTheMark()
    {
        Assert.Equal([End], Forbidden(After("so")));
        Assert.Equal([End, Crossing], Forbidden(After("so </thin")));
    }

    private static OpenThoughts After(string text)
    {
        var thoughts = new OpenThoughts(new ThoughtEnd("</think>", Special, Bytes.Length, id => Bytes[id], [End, 9999, -1]));
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            Assert.False(thoughts.IsOver);
            thoughts.Accept(value);
        }
        return thoughts;
    }

    private static int[] Forbidden(OpenThoughts thoughts)
    {
        var mask = new ulong[(Bytes.Length + 63) / 64];
        thoughts.ComputeMask(mask);
        return [.. Enumerable.Range(0, Bytes.Length).Where(token => (mask[token >> 6] >> token & 1) == 0)];
    }
}
