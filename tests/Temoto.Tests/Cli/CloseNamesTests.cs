using Temoto.Cli;

namespace Temoto.Tests.Cli;

public class CloseNamesTests
{
    [Theory]
    [InlineData("qwen/Qwen2.5", "Qwen/Qwen2.5")]
    [InlineData("Qwen2", "Qwen/Qwen2.5")]
    [InlineData("makr/model", "maker/model")]
    [InlineData("x", "")]
    [InlineData("", "")]
    [InlineData("something/else", "")]
    public void FindsWhatWasMeant(string typed, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), CloseNames.Of(typed, ["Qwen/Qwen2.5", "maker/model"]));
}
