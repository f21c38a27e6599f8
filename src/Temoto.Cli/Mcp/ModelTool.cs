using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Temoto.Cli.Mcp;

/// <summary>A tool as clients see it, and what it does. None changes anything, or reaches beyond this process.</summary>
/// <param name="Schema">Of the arguments.</param>
internal sealed record ModelTool(string Name, string Description, JsonElement Schema, Func<ToolArguments, CancellationToken, Task<CallToolResult>> Call)
{
    public static JsonElement SchemaOf(string json) => JsonDocument.Parse(json).RootElement;

    public static CallToolResult Text(string text) => new() { Content = [new TextContentBlock { Text = text }] };

    public static CallToolResult Fault(string line) => new() { Content = [new TextContentBlock { Text = line }], IsError = true };

    public Tool Listed() => new()
    {
        Name = Name,
        Description = Description,
        InputSchema = Schema,
        Annotations = new ToolAnnotations { ReadOnlyHint = true, OpenWorldHint = false },
    };
}
