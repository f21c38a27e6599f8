using Temoto.Formats.Hub;

namespace Temoto.Tests.Formats.Hub;

public class HubPathTests
{
    [Theory]
    [InlineData("config.json")]
    [InlineData("sub/dir/model-00001-of-00002.safetensors")]
    [InlineData("名前.gguf")]
    [InlineData("..a/b..c/...d")]
    public void PlainNamesLieUnderTheDirectory(string name) =>
        Assert.Equal(Path.GetFullPath(Path.Combine("d", name)), HubPath.Under("d", name, "a/b"));

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../x")]
    [InlineData("a/./x")]
    [InlineData("/x")]
    [InlineData("//x")]
    [InlineData("a//x")]
    [InlineData("a/")]
    [InlineData("a\\x")]
    [InlineData("C:x")]
    [InlineData("x:stream")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("CON")]
    [InlineData("con.json")]
    [InlineData("a/LPT1.txt")]
    [InlineData("x.")]
    [InlineData("x /y")]
    public void OtherNamesAreRefused(string name) => Assert.Throws<InputException>(() => HubPath.Under("d", name, "a/b"));

    [Theory]
    [InlineData("owner/name", true)]
    [InlineData("gpt2", true)]
    [InlineData("Qwen/Qwen2.5-0.5B_x", true)]
    [InlineData("", false)]
    [InlineData("a/b/c", false)]
    [InlineData("../x", false)]
    [InlineData("a/..", false)]
    [InlineData("a/", false)]
    [InlineData("a b/c", false)]
    [InlineData("a/b?c", false)]
    [InlineData("https://x/y", false)]
    [InlineData("a/b..c", false)]
    public void RepositoriesAreOwnerAndName(string repository, bool isGood)
    {
        var error = Record.Exception(() => HubPath.CheckRepository(repository));
        Assert.Equal(isGood, error is null);
        Assert.True(error is null or InputException);
    }
}
