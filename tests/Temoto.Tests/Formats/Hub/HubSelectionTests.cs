using Temoto.Formats.Hub;

namespace Temoto.Tests.Formats.Hub;

public class HubSelectionTests
{
    [Theory]
    [InlineData("config.json model.safetensors README.md pytorch_model.bin tokenizer.json", "tokenizer.json model.safetensors config.json")]
    [InlineData("config.json model.safetensors consolidated.safetensors", "model.safetensors config.json")]
    [InlineData(
        "config.json consolidated.safetensors model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json chat_template.jinja",
        "model.safetensors.index.json chat_template.jinja model-00001-of-00002.safetensors model-00002-of-00002.safetensors config.json")]
    [InlineData("config.json weights.safetensors vocab.json merges.txt generation_config.json special_tokens_map.json", "vocab.json merges.txt generation_config.json special_tokens_map.json weights.safetensors config.json")]
    [InlineData("config.json model.safetensors onnx/model.safetensors x.gguf", "model.safetensors config.json")]
    [InlineData("README.md model.Q4_0.gguf", "model.Q4_0.gguf")]
    [InlineData(
        "config.json model.safetensors modules.json 1_Pooling/config.json sentence_bert_config.json config_sentence_transformers.json onnx/config.json x_Pooling/config.json",
        "modules.json sentence_bert_config.json config_sentence_transformers.json 1_Pooling/config.json model.safetensors config.json")]
    [InlineData("config.json model.safetensors 1_Pooling/config.json", "model.safetensors config.json")]
    public void TakesWhatACheckpointNeedsAndTheConfigurationLast(string repository, string expected)
    {
        var listing = new HubListing("main", [.. repository.Split(' ').Select(path => new HubFile(path))]);
        Assert.Equal(expected.Split(' '), HubSelection.Select(listing, "a/b", null).Select(file => file.Path));
    }

    /// <summary>All parts of a split model come, whichever is named, or what their names have in common.</summary>
    [Theory]
    [InlineData("m-00001-of-00002.gguf m-00002-of-00002.gguf README.md", null, "m-00001-of-00002.gguf m-00002-of-00002.gguf")]
    [InlineData("m-00002-of-00002.gguf m-00001-of-00002.gguf", "m-00002-of-00002.gguf", "m-00001-of-00002.gguf m-00002-of-00002.gguf")]
    [InlineData("a.gguf q/m-00001-of-00003.gguf q/m-00002-of-00003.gguf q/m-00003-of-00003.gguf q/m-00001-of-00002.gguf", "q/m-00002-of-00003.gguf", "q/m-00001-of-00003.gguf q/m-00002-of-00003.gguf q/m-00003-of-00003.gguf")]
    [InlineData("a.gguf m-00001-of-00002.gguf m-00002-of-00002.gguf", "m.gguf", "m-00001-of-00002.gguf m-00002-of-00002.gguf")]
    [InlineData("a.gguf m-00001-of-00002.gguf m-00002-of-00002.gguf", "m", "m-00001-of-00002.gguf m-00002-of-00002.gguf")]
    [InlineData("m.gguf m-00001-of-00002.gguf m-00002-of-00002.gguf", "m.gguf", "m.gguf")]
    public void ASplitModelIsOne(string repository, string? file, string expected)
    {
        var listing = new HubListing("main", [.. repository.Split(' ').Select(path => new HubFile(path))]);
        Assert.Equal(expected.Split(' '), HubSelection.Select(listing, "a/b", file).Select(file => file.Path));
    }

    [Theory]
    [InlineData("m-00001-of-00003.gguf m-00003-of-00003.gguf", null, "m-00002-of-00003.gguf: found no such file; expected all 3 parts of the model")]
    [InlineData("m-00002-of-99999.gguf", "m-00002-of-99999.gguf", "m-00001-of-99999.gguf: found no such file; expected all 99999 parts of the model")]
    [InlineData("a-00001-of-00002.gguf a-00002-of-00002.gguf b-00001-of-00002.gguf b-00002-of-00002.gguf", null, "found 2 GGUF models; expected one; name one of a-00001-of-00002.gguf, b-00001-of-00002.gguf")]
    [InlineData("README.md", null, "neither *.safetensors nor *.gguf")]
    [InlineData("model.safetensors", null, "config.json")]
    [InlineData("a.gguf b.gguf", null, "a.gguf, b.gguf")]
    [InlineData("a.gguf b.gguf", "c.gguf", "a.gguf, b.gguf")]
    public void SaysWhatIsMissing(string repository, string? file, string expected)
    {
        var listing = new HubListing("main", [.. repository.Split(' ').Select(path => new HubFile(path))]);
        var error = Assert.Throws<InputException>(() => HubSelection.Select(listing, "a/b", file));
        Assert.Contains(expected, error.Message);
    }
}
