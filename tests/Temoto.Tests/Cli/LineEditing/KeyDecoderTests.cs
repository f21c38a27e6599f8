using Temoto.Cli.LineEditing;

namespace Temoto.Tests.Cli.LineEditing;

public class KeyDecoderTests
{
    private static ConsoleKeyInfo Char(char c) => new(c, ConsoleKey.None, false, false, false);

    /// <summary>Keys and pastes, a key as its character or its name.</summary>
    private static List<string> Decode(string characters)
    {
        var decoder = new KeyDecoder();
        var found = new List<string>();
        foreach (var character in characters)
        {
            if (decoder.Decode(Char(character)) is { } input)
                found.Add(input.Pasted is { } pasted ? $"[{pasted}]" : (input.Key.Modifiers == ConsoleModifiers.Alt ? "alt " : "") + input.Key.KeyChar);
        }
        return found;
    }

    [Fact]
    public void APasteIsOneTextWhateverItHolds()
    {
        Assert.Equal(["a", "[漢\n/exit\n\tz]", "b"], Decode("a\e[200~漢\r/exit\n\tz\e[201~b"));
        Assert.Equal(["[]"], Decode("\e[200~\e[201~"));
    }

    [Fact]
    public void NothingInAPasteSteersTheTerminal() =>
        Assert.Equal(["[red x]"], Decode("\e[200~\e[31mred\e[0m\b\u009b x\e\x7f\e[201~"));

    [Fact]
    public void UnknownSequencesMeanNothing() =>
        Assert.Equal(["a", "b", "c"], Decode("a\e[?1;2cb\e[201~\eOPc"));

    [Fact]
    public void EscapeBeforeAKeyIsAlt() =>
        Assert.Equal(["alt b", "x"], Decode("\e\ebx"));

    [Fact]
    public void AHalfPasteIsForgottenWithTheLine()
    {
        var decoder = new KeyDecoder();
        foreach (var character in "\e[200~abc")
            Assert.Null(decoder.Decode(Char(character)));
        decoder.Reset();
        Assert.Equal('d', decoder.Decode(Char('d'))!.Value.Key.KeyChar);
    }
}
