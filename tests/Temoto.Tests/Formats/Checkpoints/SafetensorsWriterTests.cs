using System.Buffers.Binary;
using Temoto.Formats.Checkpoints;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints;

public sealed class SafetensorsWriterTests : IDisposable
{
    private static readonly TensorEntry[] Entries = [new("a.weight", DType.F32, [2, 3]), new("empty", DType.F16, [0]), new("ü\"\\", DType.I8, [5])];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(4096)]
    public void ReaderReturnsWhatWasWritten(int alignment)
    {
        var path = folder.File("a.safetensors");
        var data = new byte[29];
        new Random(1).NextBytes(data);
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["text"] = "line\nline \u3042" };
        using (var writer = new SafetensorsWriter(path, Entries, metadata, alignment))
        {
            writer.Write(data.AsSpan(0, 7));
            writer.Write(data.AsSpan(7));
            Assert.False(File.Exists(path));
            writer.Commit();
        }
        var headerBytes = BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(path));
        Assert.Equal(0, (8 + headerBytes) % alignment);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(data.AsSpan()[..24], file.Tensors["a.weight"].Bytes);
        Assert.Equal(data.AsSpan()[24..], file.Tensors["ü\"\\"].Bytes);
        Assert.Equal([0], file.Tensors["empty"].Shape);
        Assert.Single(Directory.GetFiles(folder.Path));

        SafetensorsWriter.WriteAll(folder.File("b.safetensors"), [.. file.Tensors.Values], file.Metadata);
        using var copy = SafetensorsFile.Open(folder.File("b.safetensors"));
        Assert.Equal(data.AsSpan()[..24], copy.Tensors["a.weight"].Bytes);
    }

    [Fact]
    public void LeavesNothingBehindWhenGivenUp()
    {
        var path = folder.Write("a.safetensors", "what was there");
        using (var writer = new SafetensorsWriter(path, Entries))
        {
            writer.Write(new byte[28]);
            Assert.Throws<InvalidOperationException>(() => writer.Write(new byte[2]));
            Assert.Throws<InvalidOperationException>(writer.Commit);
        }
        Assert.Equal("what was there", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void RefusesNamesTwiceAndBlockTypes()
    {
        Assert.Throws<ArgumentException>(() => new SafetensorsWriter(folder.File("a"), [Entries[0], Entries[0]]));
        Assert.Throws<ArgumentException>(() => new SafetensorsWriter(folder.File("a"), [new("__metadata__", DType.U8, [1])]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SafetensorsWriter(folder.File("a"), [new("q", DType.Q4_0, [32])]));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    /// <summary>A tokenizer of a million added tokens does not fit into a header.</summary>
    [Fact]
    public void AHeaderThatNoReaderTakesIsOneLine()
    {
        var metadata = new Dictionary<string, string> { ["tokenizer"] = new('x', (int)SafetensorsFormat.MaxHeaderBytes) };
        var error = Assert.Throws<InputException>(() => new SafetensorsWriter(folder.File("a"), Entries, metadata));
        Assert.Contains($"at most {SafetensorsFormat.MaxHeaderBytes}", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void SaysWhenThePlaceCannotBeWritten() =>
        Assert.Throws<InputException>(() => new SafetensorsWriter(Path.Combine(folder.Path, "no", "such", "folder", "a"), Entries));
}
