using Temoto.Evaluation;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Files;
using Temoto.Formats.Images;
using Temoto.Formats.Json;
using Temoto.Formats.Tokenizers;
using Temoto.Planning.Host;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Files;

public sealed class SmallFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void BytesAreThoseOfTheFile()
    {
        Assert.Equal([1, 2, 3], SmallFile.Read(folder.Write("a", [1, 2, 3]), "a file", 3));
        Assert.Empty(SmallFile.Read(folder.Write("empty", []), "a file", 3));
        folder.Write("b", new byte[4]);
        Assert.Contains("found 4 bytes; expected a file of at most 3", Refusal(() => SmallFile.Read(folder.File("b"), "a file", 3)), StringComparison.Ordinal);
        Assert.Contains("no such file", Refusal(() => SmallFile.Read(folder.File("none"), "a file", 3)), StringComparison.Ordinal);
        Assert.Contains("a directory", Refusal(() => SmallFile.Read(folder.Path, "a file", 3)), StringComparison.Ordinal);
    }

    /// <summary>A reader that opened the pipe would never come back.</summary>
    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    [InlineData("added_tokens.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("special_tokens_map.json")]
    [InlineData("config.json")]
    public void PipesAndDevicesInPlaceOfTokenizerFilesAreRefusedUnopened(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes are told from files on Linux");
        folder.Write("vocab.json", """{"a":0,"b":1,"ab":2}""");
        folder.Write("merges.txt", "a b\n");
        Assert.Equal(3, TokenizerFiles.Read(folder.Path)!.Tokens.Count);
        RefusedAsPipeAndDevice(name, () => TokenizerFiles.Read(folder.Path));
    }

    [Theory]
    [InlineData("chat_template.jinja")]
    [InlineData("tokenizer_config.json")]
    [InlineData("preprocessor_config.json")]
    [InlineData("tokenizer.bin")]
    [InlineData("config.json")]
    [InlineData("generation_config.json")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("model.safetensors")]
    [InlineData("board.json")]
    public void PipesAndDevicesInPlaceOfOtherFilesAreRefusedUnopened(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes are told from files on Linux");
        var path = folder.File(name);
        RefusedAsPipeAndDevice(name, () => Read(name, path));
    }

    private void Read(string name, string path)
    {
        switch (name)
        {
            case "chat_template.jinja" or "tokenizer_config.json":
                TokenizerFiles.ReadChatTemplate(folder.Path);
                break;
            case "preprocessor_config.json":
                PreprocessorSettings.ReadText(folder.Path);
                break;
            case "tokenizer.bin":
                LlamaTwoCTokenizer.Read(path);
                break;
            case "config.json":
                HuggingFaceConfig.Read(path, out _, []);
                break;
            case "generation_config.json":
                folder.Write("config.json", "{}");
                HuggingFaceConfig.ReadGeneration(folder.Path, []);
                break;
            case "board.json":
                BoardFile.Read(path);
                break;
            default:
                HuggingFaceDirectory.OpenWeights(folder.Path, []);
                break;
        }
    }

    [Fact]
    public async Task ATextMayComeThroughAPipeButNotWithoutEnd()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "POSIX devices");
        Assert.Equal("", SmallFile.ReadText("/dev/null", "a text", 10).ReadToEnd());
        Assert.Contains("more than 100000 bytes", Refusal(() => SmallFile.ReadText("/dev/zero", "a text", 100_000)), StringComparison.Ordinal);
        SpecialFile.MakePipe(folder.File("pipe"));
        const string row = """{"prompt":"a","choices":["b","c"],"answer":1}""";
        var writer = Task.Run(() => File.WriteAllText(folder.File("pipe"), row), TestContext.Current.CancellationToken);
        Assert.Equal(1, Assert.Single(TaskRow.ReadAll(folder.File("pipe"))).AnswerIndex);
        await writer;
    }

    [Fact]
    public void MarksOfByteOrderAreNoText()
    {
        using var reader = SmallFile.ReadText(folder.Write("a", [0xEF, 0xBB, 0xBF, (byte)'x']), "a text", 10);
        Assert.Equal("x", reader.ReadToEnd());
        Assert.Equal("x", System.Text.Encoding.UTF8.GetString(JsonFile.ReadText(folder.File("a"), "a text", 10).Span));
    }

    [Fact]
    public void KindsAreToldWithoutOpening()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "kinds are told on Linux");
        SpecialFile.MakePipe(folder.File("pipe"));
        File.CreateSymbolicLink(folder.File("link"), "pipe");
        folder.Write("empty", []);
        FileKind[] found = [.. new[] { "pipe", "link", "empty", "none", "" }.Select(name => FileKinds.Of(folder.Path + "/" + name)), FileKinds.Of("/dev/zero")];
        Assert.Equal([FileKind.Pipe, FileKind.Pipe, FileKind.Regular, FileKind.Missing, FileKind.Directory, FileKind.Device], found);
    }

    private void RefusedAsPipeAndDevice(string name, Action read)
    {
        File.Delete(folder.File(name));
        File.CreateSymbolicLink(folder.File(name), "/dev/null");
        Assert.Contains($"{name}: found a device", Refusal(read), StringComparison.Ordinal);
        File.Delete(folder.File(name));
        SpecialFile.MakePipe(folder.File(name));
        Assert.Contains($"{name}: found a pipe", Refusal(read), StringComparison.Ordinal);
    }

    private static string Refusal(Action read) => Assert.Throws<InputException>(read).Message;
}
