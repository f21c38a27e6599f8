using Temoto.Formats.Checkpoints;
using Temoto.Tests.Formats.Files;

namespace Temoto.Tests.Formats.Checkpoints;

public sealed class StoredHashTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("temoto", false)]
    [InlineData("temoto", true)]
    [InlineData("temoto-packed", true)]
    [InlineData("awq-macro", false)]
    [InlineData("awq-macro", true)]
    public void AByteThatChangedIsFoundBeforeUse(string format, bool copy)
    {
        var (path, weights) = ModelFiles.Write(folder, format);
        using (var whole = CheckpointReader.Open(path))
            whole.Settle(copy, verify: true);
        // The last byte of the file lies in its last tensor, or in the filler before its end.
        FileInUse.FlipByte(weights[0], new FileInfo(weights[0]).Length - 1);
        FileInUse.Age(weights[0]);
        using var damaged = CheckpointReader.Open(path);
        Assert.Contains("SHA-256", Assert.Throws<InputException>(() => damaged.Settle(copy, verify: true)).Message, StringComparison.Ordinal);
    }

    /// <summary>What was read of the header when the file was opened is covered by the time of writing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFileThatIsWrittenToMeanwhileIsRefused(bool copy)
    {
        var (path, weights) = ModelFiles.Write(folder, "temoto");
        using var checkpoint = CheckpointReader.Open(path);
        FileInUse.FlipByte(weights[0], 20);
        Assert.Contains("as it was opened", Assert.Throws<InputException>(() => checkpoint.Settle(copy, verify: true)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("safetensors")]
    [InlineData("gguf")]
    [InlineData("llama2.c")]
    [InlineData("autoawq")]
    public void FormatsWithoutHashesAreRefused(string format)
    {
        using var checkpoint = CheckpointReader.Open(ModelFiles.Write(folder, format).Path);
        var error = Assert.Throws<InputException>(() => checkpoint.Settle(copy: false, verify: true)).Message;
        Assert.Contains($"a {format} model, which carries no hashes", error, StringComparison.Ordinal);
    }
}
