using Temoto.Formats.Checkpoints;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints;

public sealed class CheckpointReaderTests : IDisposable
{
    internal const string Config = """
        {"model_type":"llama","hidden_size":8,"intermediate_size":8,"num_hidden_layers":1,"num_attention_heads":2,"vocab_size":16,"max_position_embeddings":32,"eos_token_id":2}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void OpensADirectoryAndASingleFile()
    {
        folder.Write("config.json", Config);
        WriteShard("model.safetensors", "a", "b");
        foreach (var path in new[] { folder.Path, folder.Path + "/", folder.File("model.safetensors") })
        {
            using var checkpoint = CheckpointReader.Open(path);
            Assert.Equal(("safetensors", "llama", path), (checkpoint.Format, checkpoint.Config.ModelType, checkpoint.Path));
            Assert.Equal([2], checkpoint.Generation.EosTokenIds);
            Assert.Equal(DType.U8, checkpoint.Require("b", 1).DType);
        }
    }

    [Fact]
    public void RequireNamesFileTensorAndShapes()
    {
        folder.Write("config.json", Config);
        WriteShard("model.safetensors", "a");
        using var checkpoint = CheckpointReader.Open(folder.Path);
        Assert.Equal(
            $"{folder.Path}: a: found U8 [1]; expected a tensor [2, 3]; check that config and weights belong together",
            Assert.Throws<InputException>(() => checkpoint.Require("a", 2, 3)).Message);
        Assert.Contains("b: found no such tensor; expected a tensor [4]", Assert.Throws<InputException>(() => checkpoint.Require("b", 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpensShards()
    {
        folder.Write("config.json", Config);
        WriteShard("model-1.safetensors", "a", "unlisted");
        WriteShard("model-2.safetensors", "b");
        folder.Write("model.safetensors.index.json", """{"metadata":{"total_size":2},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}""");
        using var checkpoint = CheckpointReader.Open(folder.Path);
        Assert.Equal(["a", "b"], checkpoint.Tensors.Keys.Order());
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../../etc/passwd"}}""", "outside")]
    [InlineData("""{"weight_map":{"a":"../model-1.safetensors"}}""", "outside")]
    [InlineData("""{"weight_map":{"a":"/etc/x.safetensors"}}""", "outside")]
    [InlineData("""{"weight_map":{"a":"sub/model-1.safetensors"}}""", "outside")]
    [InlineData("""{"weight_map":{"a":"sub\\model-1.safetensors"}}""", "outside")]
    [InlineData("""{"weight_map":{"a":".safetensors"}}""", "outside")]
    [InlineData("""{"weight_map":{"a":""}}""", "outside")]
    [InlineData("""{"weight_map":{"a":"x\u0000.safetensors"}}""", "outside")]
    [InlineData("""{"weight_map":{"a":"missing.safetensors"}}""", "missing shard")]
    [InlineData("""{"weight_map":{"z":"model-1.safetensors"}}""", "no such tensor")]
    [InlineData("""{"weight_map":{"a":7}}""", "weight_map.a")]
    [InlineData("""{"weight_map":{"a":null}}""", "weight_map.a")]
    [InlineData("""{"weight_map":[]}""", "weight_map")]
    [InlineData("""{}""", "weight_map")]
    [InlineData("""{"weight_map":{"a":"model-1.safetensors","a":"model-1.safetensors"}}""", "duplicate")]
    public void RefusesBadIndexes(string index, string expectedInMessage)
    {
        folder.Write("config.json", Config);
        WriteShard("model-1.safetensors", "a");
        folder.Write("model.safetensors.index.json", index);
        var error = Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Path));
        Assert.Contains(expectedInMessage, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void SaysWhatIsMissing()
    {
        Assert.Contains("config.json", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Path)).Message, StringComparison.Ordinal);
        WriteShard("alone.safetensors", "a");
        Assert.Contains("no config.json", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.File("alone.safetensors"))).Message, StringComparison.Ordinal);
        folder.Write("config.json", Config);
        Assert.Contains("no weights", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Path)).Message, StringComparison.Ordinal);
        folder.Write("pytorch_model.bin", "x");
        Assert.Contains("pickled", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesWhatItDoesNotKnow()
    {
        Assert.Contains("none of the known formats", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Write("notes.txt", "Hello, these are notes."))).Message, StringComparison.Ordinal);
        Assert.Contains("an empty file", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.Write("m.gguf", []))).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<InputException>(() => CheckpointReader.Open(folder.File("nowhere"))).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<InputException>(() => CheckpointReader.Open("")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnIndexMayNameMoreThanThereIs()
    {
        folder.Write("config.json", Config);
        WriteShard("model-1.safetensors", "a");
        folder.Write("model.safetensors.index.json", """{"weight_map":{"a":"model-1.safetensors","b":"model-1.safetensors","c":"model-2.safetensors"}}""");
        using var checkpoint = CheckpointReader.Open(folder.Path);
        Assert.Equal(["a"], checkpoint.Tensors.Keys);
        Assert.Equal(["tensors: 2 that cannot be read passed over: nothing uses them (b, c)"], checkpoint.Notes);
        Assert.Contains("b: found no such tensor; expected the tensor that model.safetensors.index.json places here", Assert.Throws<InputException>(() => checkpoint.Require("b", 1)).Message, StringComparison.Ordinal);
        Assert.Contains("weight_map.c: found \"model-2.safetensors\"; expected a shard that exists; download the missing shard", Assert.Throws<InputException>(() => checkpoint.Require("c", 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATensorOfAnotherTypeIsAFaultWhereItIsUsed()
    {
        folder.Write("config.json", Config);
        const string header = """{"layers.0.x":{"dtype":"U32","shape":[1],"data_offsets":[0,4]},"norm.weight":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}""";
        folder.Write("model.safetensors", [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.ASCII.GetBytes(header), 0, 0, 0, 0, 0]);
        using var checkpoint = CheckpointReader.Open(folder.Path);
        // Its name in the file lacks the prefix, as all do.
        Assert.Contains("layers.0.x.dtype: found 'U32'", Assert.Throws<InputException>(() => checkpoint.Require("model.layers.0.x", 1)).Message, StringComparison.Ordinal);
        Assert.Equal(DType.U8, checkpoint.Require("model.norm.weight", 1).DType);
    }

    [Fact]
    public void NamesMayLackThePrefix()
    {
        folder.Write("config.json", Config);
        WriteShard("model.safetensors", "embed_tokens.weight", "layers.0.mlp.up_proj.weight", "norm.weight", "lm_head.weight", "other");
        using (var checkpoint = CheckpointReader.Open(folder.Path))
        {
            Assert.Equal(["lm_head.weight", "model.embed_tokens.weight", "model.layers.0.mlp.up_proj.weight", "model.norm.weight", "other"], checkpoint.Tensors.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(["tensors: names without 'model.' read as if they had it"], checkpoint.Notes);
        }
        // Where one has it, the others mean something else.
        WriteShard("model.safetensors", "model.norm.weight", "norm.weight");
        using var mixed = CheckpointReader.Open(folder.Path);
        Assert.Equal(["model.norm.weight", "norm.weight"], mixed.Tensors.Keys.Order(StringComparer.Ordinal));
    }

    private void WriteShard(string file, params string[] tensors)
    {
        using var writer = new SafetensorsWriter(folder.File(file), [.. tensors.Select(name => new TensorEntry(name, DType.U8, [1]))]);
        writer.Write(new byte[tensors.Length]);
        writer.Commit();
    }
}
