using System.Text.Json;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;
using Temoto.Extensions.AI;
using Ai = Microsoft.Extensions.AI;

namespace Temoto.Cli.Mcp;

/// <summary><c>ask</c> and <c>chat</c>: the model answers, in the form of a JSON schema where one is given.</summary>
internal static class AnswerTools
{
    private const string Settings = """
        "json_schema": {"type": "object", "description": "A JSON schema; the answer is held to it, token by token"},
            "max_tokens": {"type": "integer", "minimum": 1, "description": "Most tokens of the answer"},
            "temperature": {"type": "number", "minimum": 0, "description": "0 always takes the likeliest token"},
            "seed": {"type": "integer", "minimum": 0, "description": "The same seed gives the same answer"}
        """;

    private static readonly JsonElement AskSchema = ModelTool.SchemaOf($$"""
        {"type": "object", "required": ["prompt"], "additionalProperties": false, "properties": {
            "prompt": {"type": "string", "description": "What is asked"},
            "system": {"type": "string", "description": "How the model is to answer"},
            {{Settings}}
        } }
        """);

    private static readonly JsonElement ChatSchema = ModelTool.SchemaOf($$"""
        {"type": "object", "required": ["messages"], "additionalProperties": false, "properties": {
            "messages": {"type": "array", "minItems": 1, "description": "The conversation, the last message being the user's", "items": {
                "type": "object", "required": ["role", "content"], "additionalProperties": false, "properties": {
                    "role": {"type": "string", "enum": ["system", "user", "assistant"]},
                    "content": {"type": "string"}
                }
            } },
            {{Settings}}
        } }
        """);

    /// <param name="maxTokens">Of a call that does not say.</param>
    public static IEnumerable<ModelTool> Of(TemotoChatClient client, int maxTokens) =>
    [
        new("ask", $"Ask the language model {client.ModelId} one question.", AskSchema, (arguments, stop) => AnswerAsync(client, Question(arguments), arguments, maxTokens, stop)),
        new("chat", $"Let the language model {client.ModelId} answer the last message of a conversation.", ChatSchema, (arguments, stop) => AnswerAsync(client, Conversation(arguments), arguments, maxTokens, stop)),
    ];

    private static List<Ai.ChatMessage> Question(ToolArguments arguments)
    {
        var question = new Ai.ChatMessage(ChatRole.User, arguments.RequiredText("prompt"));
        return arguments.Text("system") is { } system ? [new(ChatRole.System, system), question] : [question];
    }

    private static List<Ai.ChatMessage> Conversation(ToolArguments arguments) => arguments.Pairs("messages", "role", "content").Select(pair => pair.First is "system" or "user" or "assistant"
        ? new Ai.ChatMessage(new ChatRole(pair.First), pair.Second)
        : throw new InputException("chat", "messages", $"the role '{pair.First}'", "system, user or assistant", "mend the call")).ToList();

    private static async Task<CallToolResult> AnswerAsync(TemotoChatClient client, List<Ai.ChatMessage> messages, ToolArguments arguments, int maxTokens, CancellationToken stop)
    {
        var schema = arguments.Object("json_schema");
        var answer = await client.GetResponseAsync(messages, new Ai.ChatOptions
        {
            MaxOutputTokens = arguments.Whole("max_tokens", 1, int.MaxValue) ?? maxTokens,
            Temperature = arguments.Number("temperature"),
            Seed = arguments.Whole("seed", 0, int.MaxValue),
            ResponseFormat = schema is { } form ? ChatResponseFormat.ForJsonSchema(form) : null,
        }, stop);
        var result = ModelTool.Text(answer.Text);
        if (answer.FinishReason == ChatFinishReason.Length)
        {
            // Half a text may be of use; half a JSON value is none.
            result.IsError = schema is not null;
            result.Content.Add(new TextContentBlock { Text = $"[cut off after {answer.Usage!.OutputTokenCount} tokens]" });
        }
        else if (schema is not null)
        {
            using var document = JsonDocument.Parse(answer.Text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                result.StructuredContent = document.RootElement.Clone();
        }
        return result;
    }
}
