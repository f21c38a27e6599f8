using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

public sealed class GgufSplitTests : IDisposable
{
    private const int Parts = 3;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("m-00001-of-00003.gguf", 1, 3)]
    [InlineData("/a/b-00002-of-00002.gguf", 2, 2)]
    [InlineData("-00001-of-99999.gguf", 1, 99999)]
    [InlineData("m-00000-of-00003.gguf", 0, 0)]
    [InlineData("m-00004-of-00003.gguf", 0, 0)]
    [InlineData("m-0001-of-00003.gguf", 0, 0)]
    [InlineData("m-00001-of-+0003.gguf", 0, 0)]
    [InlineData("00001-of-00003.gguf", 0, 0)]
    [InlineData("m.gguf", 0, 0)]
    public void NamesSayWhichPartOfHowMany(string name, int number, int count)
    {
        var part = GgufSplit.PartOf(name);
        Assert.Equal((number, count), (part?.Number ?? 0, part?.Count ?? 0));
        Assert.Equal(part is null ? null : name, part?.NameOf(number));
    }

    [Fact]
    public void ThePartsAreOneModelWhicheverIsNamed()
    {
        GgufFixture.Write(folder.File("whole.gguf"), DType.Q8_0);
        var parts = Write();
        using var whole = CheckpointReader.Open(folder.File("whole.gguf"));
        foreach (var path in parts)
        {
            using var checkpoint = CheckpointReader.Open(path);
            Assert.Equal(parts[0], checkpoint.Path);
            Assert.Equal(whole.Tensors.Keys.Order(), checkpoint.Tensors.Keys.Order());
            Assert.All(whole.Tensors, pair => Assert.True(pair.Value.Bytes.SequenceEqual(checkpoint.Tensors[pair.Key].Bytes)));
            Assert.Equal(whole.Config, checkpoint.Config);
            Assert.NotNull(checkpoint.Tokenizer);
        }
        // A folder with one set has one model.
        File.Delete(folder.File("whole.gguf"));
        Assert.Equal(parts[0], ModelFolder.Follow(folder.Path));
    }

    [Fact]
    public void WhatDoesNotBelongTogetherIsRefused()
    {
        var parts = Write();
        File.Move(parts[1], folder.File("away"));
        Assert.Equal($"{parts[0]}: split.count: found no {Path.GetFileName(parts[1])} beside it; expected all {Parts} parts of the model in one folder; download the missing part", Refusal(parts[0]));
        // A part under another's name, and another file altogether.
        File.Copy(parts[2], parts[1]);
        Assert.StartsWith($"{parts[1]}: split.no: found 2; expected 1, as the name says", Refusal(parts[0]), StringComparison.Ordinal);
        GgufFixture.Write(parts[1], DType.Q8_0);
        Assert.StartsWith($"{parts[1]}: split.count: found nothing; expected 3", Refusal(parts[2]), StringComparison.Ordinal);
        File.Move(parts[0], folder.File("renamed.gguf"));
        Assert.Contains("expected a name that ends in -00001-of-0000N.gguf", Refusal(folder.File("renamed.gguf")), StringComparison.Ordinal);
        Assert.Contains("found no m-00001-of-00003.gguf beside it", Refusal(parts[2]), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryTensorIsThereOnce()
    {
        Assert.Contains("split.tensors.count: found ", Refusal(Write(missing: 1)[0]), StringComparison.Ordinal);
        Assert.Contains("found the tensor in two parts; expected every tensor once", Refusal(Write(twice: 1)[0]), StringComparison.Ordinal);
    }

    private static string Refusal(string path) => Assert.Throws<InputException>(() => CheckpointReader.Open(path)).Message;

    /// <summary>The tensors of the fixture in turn; the metadata in the first part alone, as llama-gguf-split has it.</summary>
    /// <param name="missing">Tensors that no part has.</param>
    /// <param name="twice">Tensors that the last part has as well as the first.</param>
    private string[] Write(int missing = 0, int twice = 0) => Write(folder, missing, twice);

    /// <inheritdoc cref="Write(int, int)"/>
    internal static string[] Write(TemporaryFolder folder, int missing = 0, int twice = 0)
    {
        var config = GgufFixture.Config("llama");
        if (!File.Exists(folder.File("whole.gguf")))
            GgufFixture.Write(folder.File("whole.gguf"), DType.Q8_0);
        using var whole = GgufFile.Open(folder.File("whole.gguf"));
        var tensors = whole.Tensors.Values.ToArray();
        var paths = Enumerable.Range(1, Parts).Select(number => folder.File($"m-{number:00000}-of-{Parts:00000}.gguf")).ToArray();
        for (var part = 0; part < Parts; part++)
        {
            var own = tensors.Where((_, index) => (index % Parts == part || part == Parts - 1 && index < twice) && index >= missing).ToArray();
            var metadata = (part == 0 ? GgufFixture.Metadata(config) : new GgufMetadata()).Add("split.no", (uint)part).Add("split.count", (uint)Parts).Add("split.tensors.count", (uint)tensors.Length);
            using var writer = new GgufWriter(paths[part], metadata, [.. own.Select(tensor => new TensorEntry(tensor.Name, tensor.DType, tensor.Shape))]);
            foreach (var tensor in own)
                writer.Write(tensor.Bytes.ToArray());
            writer.Commit();
        }
        return paths;
    }
}
