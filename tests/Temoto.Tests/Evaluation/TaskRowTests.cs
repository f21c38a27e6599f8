using Temoto.Evaluation;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Evaluation;

public sealed class TaskRowTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private TaskRow Row(string line)
    {
        File.WriteAllText(folder.File("task.jsonl"), line);
        return Assert.Single(TaskRow.ReadAll(folder.File("task.jsonl")));
    }

    [Theory]
    [InlineData("Pump P-7 is halted: 72.5 bar.", true)]
    [InlineData("pump p-7 STOPPED at ７２.５ bar", true)]
    [InlineData("Pump P-7 is stopped.", false)]
    [InlineData("Pump P-7 is stopped at 72.5 bar, P-8 too.", false)]
    [InlineData("", false)]
    public void PatternsDecide(string answer, bool right)
    {
        var row = Row("""{"kind":"summary","language":"en","messages":[{"role":"user","content":"x"}],"must":["P-7","stopped|halted","(^|[^\\d.])72\\.5([^\\d]|$)"],"must_not":["P-8"]}""");
        Assert.Equal("summary/en", row.Name);
        Assert.Equal(right, row.Accept(answer));
    }

    [Fact]
    public void TextsDecideWithoutTheWhiteSpaceAround()
    {
        var row = Row("""{"kind":"talk","messages":[{"role":"user","content":"Hi"}],"answer":" Hello! "}""");
        Assert.True(row.Accept("Hello!"));
        Assert.False(row.Accept("Hello"));
        Assert.Equal(" Hello! ", row.Wanted);
    }

    [Fact]
    public void ChoicesDecideAsTheyStand()
    {
        var row = Row("""{"kind":"choice","prompt":"a","choices":[" b"," c"],"answer":1}""");
        Assert.True(row.Accept(" c"));
        Assert.False(row.Accept(" b"));
    }

    [Fact]
    public void WrongAnswersArePrintedBesideThePatterns() =>
        Assert.Equal("must /a/ /b/, must not /c/", Row("""{"messages":[{"role":"user","content":"x"}],"must":["a","b"],"must_not":["c"]}""").Wanted);

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"must":["("]}""", "pattern '(' in must")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"must_not":["(?<!a)b"]}""", "pattern '(?<!a)b' in must_not")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"must":[],"must_not":[]}""", "neither must nor must_not")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"must":[null]}""", "null in must")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"must":"a"}""", "line 1")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", "line 1")]
    public void RowsThatCannotDecideAreRefusedByLine(string line, string found)
    {
        var error = Assert.Throws<InputException>(() => Row(line));
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains("line 1", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A message quotes so much of a line as one can read; the reason stands before it.</summary>
    [Fact]
    public void TheReasonIsSaidHoweverLongTheRow()
    {
        var error = Assert.Throws<InputException>(() => Row($$"""{"messages":[{"role":"user","content":"{{new string('x', 2000)}}"}],"must":["(?<!a)b"]}"""));
        Assert.Contains("pattern '(?<!a)b' in must", error.Message, StringComparison.Ordinal);
    }
}
