using Temoto.Formats.Checkpoints;
using Temoto.Tensors;
using Temoto.Tests.Formats.Checkpoints.Gguf;

namespace Temoto.Tests.Formats.Checkpoints;

public sealed class ModelFolderTests : IDisposable
{
    private const string Hash = "0123456789abcdef0123456789abcdef01234567";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void OneModelFileIsTheModel()
    {
        GgufFixture.Write(folder.File("m.gguf"), DType.Q8_0);
        folder.Write("mmproj-m.gguf", "a picture encoder");
        // Many publishers leave the configuration of the original beside it.
        folder.Write("config.json", CheckpointReaderTests.Config);
        Assert.Equal(folder.File("m.gguf"), ModelFolder.Follow(folder.Path));
        using (var checkpoint = CheckpointReader.Open(folder.Path))
            Assert.Equal(("gguf", folder.File("m.gguf")), (checkpoint.Format, checkpoint.Path));
        folder.Write("b.gguf", "another");
        Assert.Equal(folder.Path, ModelFolder.Follow(folder.Path));
        Assert.Contains("found 2 model files (b.gguf, m.gguf); expected one; name the file itself", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsOfTheFolderGoBeforeAModelFile()
    {
        folder.Write("m.gguf", "x");
        folder.Write("model.safetensors", "x");
        Assert.Equal(folder.Path, ModelFolder.Follow(folder.Path));
    }

    [Fact]
    public void AHubsCacheIsFollowedToItsRevision()
    {
        var snapshot = Path.Combine(folder.Path, "snapshots", Hash);
        Directory.CreateDirectory(snapshot);
        Assert.Equal(snapshot, ModelFolder.Follow(folder.Path));
        Directory.CreateDirectory(Path.Combine(folder.Path, "snapshots", "another"));
        Assert.Contains("several revisions and no refs/main; expected one revision; name one", Assert.Throws<InputException>(() => ModelFolder.Follow(folder.Path)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("refs"));
        folder.Write("refs/main", Hash + "\n");
        Assert.Equal(snapshot, ModelFolder.Follow(folder.Path));
        GgufFixture.Write(Path.Combine(snapshot, "m.gguf"), DType.Q8_0);
        using var checkpoint = CheckpointReader.Open(folder.Path);
        Assert.Equal(Path.Combine(snapshot, "m.gguf"), checkpoint.Path);
    }

    [Theory]
    [InlineData("../../elsewhere")]
    [InlineData("..")]
    [InlineData("/etc")]
    [InlineData("")]
    [InlineData("89abcdef")]
    [InlineData("a\0b")]
    public void ARevisionLeadsNowhereElse(string revision)
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "snapshots", Hash));
        Directory.CreateDirectory(folder.File("refs"));
        folder.Write("refs/main", revision);
        Assert.StartsWith(folder.File("refs/main"), Assert.Throws<InputException>(() => ModelFolder.Follow(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("found a LoRA adapter (adapter_config.json)", "name its base model as MODEL and the adapter beside it: --adapter ", "adapter_config.json", "adapter_model.safetensors")]
    [InlineData("found a LoRA adapter (adapter_config.json)", "name its base model as MODEL and the adapter beside it: --adapter ", "adapter_config.json", "adapter_model.bin", "config.json")]
    [InlineData("found the native layout of the model's makers (params.json, consolidated.safetensors)", "Hugging Face layout", "params.json", "consolidated.safetensors", "tekken.json")]
    [InlineData("found the native layout of the model's makers (params.json, consolidated.00.pth)", "Hugging Face layout", "params.json", "consolidated.00.pth")]
    [InlineData("found only pickled PyTorch weights (pytorch_model.bin)", "safetensors", "config.json", "pytorch_model.bin", "training_args.bin")]
    [InlineData("found only pickled PyTorch weights (pytorch_model-00001-of-00002.bin, pytorch_model-00002-of-00002.bin)", "safetensors", "config.json", "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin", "pytorch_model.bin.index.json")]
    [InlineData("found only pickled PyTorch weights (model.pt)", "safetensors", "model.pt")]
    [InlineData("found no weights", "safetensors", "config.json", "training_args.bin")]
    public void WhatIsNotReadIsNamed(string found, string next, params string[] files)
    {
        foreach (var file in files)
            folder.Write(file, file == "config.json" ? CheckpointReaderTests.Config : "");
        var message = Refusal();
        Assert.StartsWith($"{folder.Path}: {found}", message, StringComparison.Ordinal);
        Assert.Contains(next, message[message.LastIndexOf(';')..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pytorch_model.bin", "PK\u0003\u0004archive")]
    [InlineData("model.pth", "\u0080\u0002}q")]
    public void AFileIsAPickleByItsFirstBytes(string name, string start)
    {
        folder.Write(name, System.Text.Encoding.Latin1.GetBytes(start));
        Assert.Contains($"found only pickled PyTorch weights ({name})", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.File(name))).Message, StringComparison.Ordinal);
    }

    private string Refusal() => Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Path)).Message;
}
