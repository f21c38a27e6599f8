using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Generation.Tokenizers;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

public sealed class GgufOutlineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ModelsThatRunAndOtherFilesHaveNone()
    {
        GgufFixture.Write(folder.File("m.gguf"), DType.Q8_0);
        Assert.Null(GgufOutline.Of(folder.File("m.gguf")));
        Assert.Null(GgufOutline.Of(folder.Write("notes.gguf", "notes")));
        Assert.Null(GgufOutline.Of(folder.File("nowhere")));
        Assert.Null(GgufOutline.Of(folder.Path));
    }

    [Fact]
    public void AVocabularyAloneTokenizes()
    {
        var path = Write(GgufFixture.Metadata(GgufFixture.Config("llama")));
        var outline = GgufOutline.Of(path)!;
        Assert.Equal(("llama", "a vocabulary without weights", 0), (outline.Architecture, outline.Reason, outline.Tensors.Count));
        GgufFixture.Write(folder.File("whole.gguf"), DType.Q8_0);
        using var whole = CheckpointReader.Open(folder.File("whole.gguf"));
        Assert.Equal(
            Tokenizer.Create(whole.Tokenizer!, "whole").Encode("the pump is hot", addSpecialTokens: true),
            Tokenizer.Create(GgufCheckpoint.ReadTokenizer(path)!, path).Encode("the pump is hot", addSpecialTokens: true));
    }

    [Theory]
    [InlineData("mamba", "the architecture 'mamba' is not computed here")]
    [InlineData(null, "the architecture is not named")]
    public void AnotherArchitectureIsNamedAndTokenizes(string? architecture, string reason)
    {
        var path = Write(GgufEdit.With(GgufFixture.Metadata(GgufFixture.Config("llama")), "general.architecture", architecture), new TensorEntry("ssm.weight", DType.F16, [2, 3]));
        var outline = GgufOutline.Of(path)!;
        Assert.Equal((architecture, reason), (outline.Architecture, outline.Reason));
        Assert.Equal(("ssm.weight", DType.F16, 12L), (outline.Tensors[0].Name, outline.Tensors[0].DType, outline.Tensors[0].Bytes));
        Assert.Equal(GgufFixture.VocabSize, outline.Tokenizer!.Tokens.Count);
        Assert.NotNull(outline.ChatTemplate);
    }

    [Fact]
    public void AVocabularyThatIsNotReadSaysWhy()
    {
        var path = Write(GgufEdit.With(GgufFixture.Metadata(GgufFixture.Config("llama")), "tokenizer.ggml.model", "rwkv"));
        var outline = GgufOutline.Of(path)!;
        Assert.Null(outline.Tokenizer);
        Assert.Contains("tokenizer.ggml.model: found 'rwkv'", outline.TokenizerError!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TensorsOfOtherTypesAreSaid()
    {
        var path = Write(GgufFixture.Metadata(GgufFixture.Config("llama")), new TensorEntry("output.weight", DType.F32, [1]));
        // The type of the only tensor, behind its name, its one dimension and before its offset: 31 is Q4_0_4_4.
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().LastIndexOf("output.weight"u8) + "output.weight".Length + 4 + 8] = 31;
        File.WriteAllBytes(path, bytes);
        Assert.Equal("tensors of types that are not read (Q4_0_4_4)", GgufOutline.Of(path)!.Reason);
    }

    private string Write(GgufMetadata metadata, params TensorEntry[] entries)
    {
        var path = folder.File("m.gguf");
        using var writer = new GgufWriter(path, metadata, entries);
        foreach (var entry in entries)
            writer.Write(new byte[entry.ByteLength]);
        writer.Commit();
        return path;
    }
}
