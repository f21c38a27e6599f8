using Temoto.Generation.Tools;

namespace Temoto.Tests.Generation.Tools;

public class ThoughtSplitterTests
{
    private static readonly ThoughtMarks Marks = new("<think>", "</think>");

    [Theory]
    [InlineData(false, "<think>\nA < b.\n\nSo c.\n</think>\n\nIt is c. </think>", "A < b.\n\nSo c.", "It is c. </think>")]
    [InlineData(false, "\n<think>x</think>y", "x", "y")]
    [InlineData(false, "<think>\n\n</think>\n\ny", "", "y")]
    [InlineData(false, "<thinking> aloud", "", "<thinking> aloud")]
    [InlineData(false, "  No thoughts <think>.", "", "  No thoughts <think>.")]
    [InlineData(false, "<think>cut o", "cut o", "")]
    [InlineData(false, "<thi", "", "<thi")]
    [InlineData(false, "  ", "", "  ")]
    [InlineData(true, "\nhm </thin </think>\ny", "hm </thin", "y")]
    [InlineData(true, "never ends</think", "never ends</think", "")]
    public void EveryCutGivesTheSame(bool isOpen, string answer, string reasoning, string text)
    {
        Assert.Equal((reasoning, text), Split(isOpen, [answer]));
        for (var cut = 1; cut < answer.Length; cut++)
            Assert.Equal((reasoning, text), Split(isOpen, [answer[..cut], answer[cut..]]));
        Assert.Equal((reasoning, text), Split(isOpen, answer.Select(letter => letter.ToString())));
    }

    [Fact]
    public void ThoughtsComeAsTheyAreThought()
    {
        var splitter = new ThoughtSplitter(Marks, isOpen: false);
        Assert.Equal(("One", ""), splitter.Push("<think>\nOne "));
        Assert.True(splitter.IsThinking);
        Assert.Equal((" two", ""), splitter.Push("two</"));
        Assert.Equal(("", "Three "), splitter.Push("think> Three "));
        Assert.False(splitter.IsThinking);
    }

    [Theory]
    [InlineData("{{ '<think>\\n' }}", "<think>")]
    [InlineData("{{ content.split('[/THINK]') }}", "[THINK]")]
    [InlineData("{{ content }}", null)]
    public void MarksAreThoseOfTheTemplate(string template, string? open) => Assert.Equal(open, ThoughtMarks.Of(template)?.Open);

    [Theory]
    [InlineData("<|im_start|>assistant\n<think>\n", true)]
    [InlineData("<|im_start|>assistant\n<think>\n\n</think>\n\n", false)]
    public void APromptMayHaveBegunThem(string prompt, bool isOpen) => Assert.Equal(isOpen, Marks.AreOpenAtTheEndOf(prompt));

    private static (string Reasoning, string Answer) Split(bool isOpen, IEnumerable<string> pieces)
    {
        var splitter = new ThoughtSplitter(Marks, isOpen);
        var (reasoning, answer) = ("", "");
        foreach (var part in pieces.Select(splitter.Push).ToList().Append(splitter.End()))
            (reasoning, answer) = (reasoning + part.Reasoning, answer + part.Answer);
        return (reasoning, answer);
    }
}
