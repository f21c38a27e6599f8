using System.Text;
using Temoto.Cli;

namespace Temoto.Tests.Cli;

public class TerminalWriterTests
{
    private const string Hostile = "line\nnext\ttab\r\nover\rwrite \u001b[2J 🏭 \u202e\U000E0041 \0 ポンプ\n";
    private const string Shown = "line\nnext\ttab\r\nover\\u000Dwrite \\u001B[2J 🏭 \\u202E\\uDB40\\uDC41 \\u0000 ポンプ\n";

    private static string Through(Action<TextWriter> write)
    {
        using var inner = new StringWriter();
        using (var writer = new TerminalWriter(inner))
            write(writer);
        return inner.ToString();
    }

    [Fact]
    public void NewlinesAndTabsPassAndCodesAreShown() => Assert.Equal(Shown, Through(writer => writer.Write(Hostile)));

    /// <summary>Also within a character of two units and between the two of a line's end.</summary>
    [Fact]
    public void PiecesMayEndAnywhere()
    {
        for (var cut = 0; cut <= Hostile.Length; cut++)
        {
            Assert.Equal(Shown, Through(writer =>
            {
                writer.Write(Hostile[..cut]);
                writer.Flush();
                writer.Write(Hostile.AsSpan(cut));
            }));
        }
        Assert.Equal(Shown, Through(writer =>
        {
            foreach (var unit in Hostile)
                writer.Write(unit);
        }));
    }

    [Fact]
    public async Task EveryWayOfWritingIsGuarded()
    {
        using var inner = new StringWriter();
        await using (var writer = new TerminalWriter(inner))
        {
            writer.WriteLine("\u001ba");
            await writer.WriteAsync("\u001bb");
            await writer.WriteLineAsync("\u001bc");
            await writer.WriteAsync('\u001b');
            await writer.WriteAsync("\u001bd".AsMemory(), TestContext.Current.CancellationToken);
            writer.Write("{0}", "\u001be");
            writer.Write(new StringBuilder("\u001bf"));
            writer.Write("\u001bg".ToCharArray());
            await writer.WriteAsync(new StringBuilder("\u001bh"), TestContext.Current.CancellationToken);
            await writer.WriteLineAsync("\u001bi".ToCharArray());
            writer.Write((object)"\u001bj");
        }
        Assert.DoesNotContain('\u001b', inner.ToString());
        Assert.Equal(11, inner.ToString().Split("\\u001B").Length - 1);
    }

    /// <summary>Nothing more came: half a character, or a carriage return, is not lost.</summary>
    [Fact]
    public void WhatIsHeldIsReleasedAtTheEnd()
    {
        Assert.Equal("a\ufffd", Through(writer => writer.Write("a\ud83c")));
        Assert.Equal("a\\u000D", Through(writer => writer.Write("a\r")));
        Assert.Equal("\ufffd\ufffdb", Through(writer => writer.Write("\ud83c\ud83cb")));
    }
}
