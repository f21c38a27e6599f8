namespace Temoto.Tests;

public class InputExceptionTests
{
    [Fact]
    public void MessageIsOneLineThatNamesEverything()
    {
        var error = new InputException("a.gguf", "general\narchitecture", "'mamba'", "qwen2, llama or qwen3", "use a supported model");
        Assert.Equal("a.gguf: general·architecture: found 'mamba'; expected qwen2, llama or qwen3; use a supported model", error.Message);
    }

    /// <summary>A name that turns the line around, or ends it, would forge what comes behind.</summary>
    [Fact]
    public void CharactersThatForgeLinesAreReplaced()
    {
        var error = new InputException("a\u202eb\u2028c\u001b[2J.gguf", null, "\u2066x 🏭", "y", "z");
        Assert.Equal("a·b·c·[2J.gguf: found ·x 🏭; expected y; z", error.Message);
    }

    [Fact]
    public void LongUntrustedTextIsCut()
    {
        var error = new InputException("a.gguf", new string('x', 100_000), "nothing", "something", "stop");
        Assert.True(error.Message.Length < 400);
    }
}
