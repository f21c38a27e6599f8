using Temoto.Formats.Checkpoints;
using Temoto.Tests.Formats.Checkpoints;

namespace Temoto.Tests.Formats.Files;

public sealed class GitLfsPointerTests : IDisposable
{
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("config.json", "")]
    [InlineData("generation_config.json", "")]
    [InlineData("tokenizer.json", "")]
    [InlineData("tokenizer_config.json", "")]
    [InlineData("model.safetensors", "")]
    [InlineData("model.safetensors", "model.safetensors")]
    [InlineData("model.safetensors.index.json", "")]
    [InlineData("m.gguf", "m.gguf")]
    [InlineData("m.gguf", "")]
    [InlineData("m.temoto", "m.temoto")]
    [InlineData("m.bin", "m.bin")]
    public void IsNamedWhereverItTakesTheFilesPlace(string file, string opened)
    {
        if (!file.StartsWith("m.", StringComparison.Ordinal))
        {
            folder.Write("config.json", CheckpointReaderTests.Config);
            if (file != "model.safetensors.index.json")
                folder.Write("model.safetensors", [2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}']);
        }
        folder.Write(file, Pointer);
        var message = Assert.Throws<InputException>(() => CheckpointReader.Open(folder.File(opened))).Message;
        Assert.StartsWith($"{folder.File(file)}: found a git-lfs pointer: {Pointer.Length} bytes of text in place of the file; expected ", message, StringComparison.Ordinal);
        Assert.EndsWith("fetch the file itself: run 'git lfs pull' in its folder, or 'temoto pull' its repository", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALongFileThatBeginsSoIsNone()
    {
        folder.Write("m.gguf", Pointer + new string('x', 1024));
        Assert.Contains("magic", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.File("m.gguf"))).Message, StringComparison.Ordinal);
    }
}
