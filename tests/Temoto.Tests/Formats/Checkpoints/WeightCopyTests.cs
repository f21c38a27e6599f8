using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Tests.Formats.Files;
using Temoto.Tests.Models;

namespace Temoto.Tests.Formats.Checkpoints;

public sealed class WeightCopyTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    /// <summary>Bit for bit what the mapped weights give, and still so when the files are gone to waste.</summary>
    [Theory]
    [MemberData(nameof(ModelFiles.Formats), MemberType = typeof(ModelFiles))]
    public void NothingThatHappensToTheFilesMatters(string format)
    {
        var (path, weights) = ModelFiles.Write(folder, format);
        byte[] expected;
        using (var mapped = CheckpointReader.Open(path))
        {
            expected = Logits(mapped);
            Assert.Contains(mapped.Tensors.Values, tensor => tensor.File is not null);
        }
        using var copied = CheckpointReader.Open(path);
        copied.Settle(copy: true, verify: false);
        Assert.All(copied.Tensors.Values, tensor => Assert.True(tensor.File is null && tensor.Scales?.Scales.File is null && tensor.Scales?.Zeros?.File is null, tensor.Name));
        foreach (var file in weights)
        {
            FileInUse.Overwrite(file);
            FileInUse.Cut(file, 0);
            File.Delete(file);
        }
        Assert.Equal(expected, Logits(copied));
    }

    [Theory]
    [MemberData(nameof(ModelFiles.Formats), MemberType = typeof(ModelFiles))]
    public void AFileThatIsCutBeforeItIsCopiedIsOneClearLine(string format)
    {
        var (path, weights) = ModelFiles.Write(folder, format);
        using var checkpoint = CheckpointReader.Open(path);
        FileInUse.Cut(weights[^1], 100);
        var error = Assert.Throws<InputException>(() => checkpoint.Settle(copy: true, verify: false));
        Assert.Contains(weights[^1], error.Message, StringComparison.Ordinal);
        Assert.Contains("as it was opened", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsOverwrittenBeforeItIsCopiedIsOneClearLine()
    {
        var (path, weights) = ModelFiles.Write(folder, "temoto");
        using var checkpoint = CheckpointReader.Open(path);
        FileInUse.Overwrite(weights[0], 100);
        Assert.Contains("as it was opened", Assert.Throws<InputException>(() => checkpoint.Settle(copy: true, verify: false)).Message, StringComparison.Ordinal);
    }

    private static byte[] Logits(Checkpoint checkpoint)
    {
        if (checkpoint.Config.Vision is null)
            return QuantizedFixture.Bits(QuantizedFixture.Logits(checkpoint, precise: false));
        using var engine = new VisionEngine(checkpoint, new ModelOptions { Threads = 2 });
        return QuantizedFixture.Bits(engine.Forward(VitTests.Pictures(1, 24, 40)[0], default).ToArray());
    }
}
