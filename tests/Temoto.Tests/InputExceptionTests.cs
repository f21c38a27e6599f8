namespace Temoto.Tests;

public class InputExceptionTests
{
    [Fact]
    public void MessageIsOneLineThatNamesEverything()
    {
        var error = new InputException("a.gguf", "general\narchitecture", "'mamba'", "qwen2, llama or qwen3", "use a supported model");
        Assert.Equal("a.gguf: general·architecture: found 'mamba'; expected qwen2, llama or qwen3; use a supported model", error.Message);
    }

    [Fact]
    public void LongUntrustedTextIsCut()
    {
        var error = new InputException("a.gguf", new string('x', 100_000), "nothing", "something", "stop");
        Assert.True(error.Message.Length < 400);
    }
}
