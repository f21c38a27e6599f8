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
    public void TakesWhatACheckpointNeedsAndTheConfigurationLast(string repository, string expected)
    {
        var listing = new HubListing("main", [.. repository.Split(' ').Select(path => new HubFile(path))]);
        Assert.Equal(expected.Split(' '), HubSelection.Select(listing, "a/b", null).Select(file => file.Path));
    }

    [Theory]
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
