using Temoto.Cli;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

public sealed class ToolFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ToolsAreReadAsOpenAIWritesThem()
    {
        var tools = ToolFile.Read(folder.Write("tools.json", """[{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}, {"name": "g"}]"""));
        Assert.Equal([new ToolDefinition("f", "d", """{"type": "object"}"""), new ToolDefinition("g")], tools);
    }

    [Theory]
    [InlineData("{}", ": found a JSON Object; expected an array of")]
    [InlineData("[3]", ": [0]: found 3; expected an object")]
    [InlineData("[{\"type\": \"web\"}]", ": [0].type: found")]
    [InlineData("[{\"type\": \"function\", \"function\": {}}]", ": [0].function.name: found nothing; expected 1 to 128 letters")]
    [InlineData("[{\"name\": \"a b\"}]", ": [0].name: found 'a b'")]
    [InlineData("[{\"name\": \"f\", \"parameters\": []}]", ": [0].parameters: found a JSON Array; expected a JSON schema; mend the file")]
    [InlineData("[", "expected an array of")]
    public void WhatCannotBeUsedIsNamed(string text, string says)
    {
        var path = folder.Write("tools.json", text);
        var error = Assert.Throws<InputException>(() => ToolFile.Read(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
