namespace Temoto.Server.Http;

/// <summary>Tools as requests carry them, each API in a shape of its own.</summary>
internal static class ToolFields
{
    private const int MostTools = 512;

    /// <summary><c>{"type": "function", "function": {name, description, parameters}}</c>, as OpenAI's chats and Ollama have it.</summary>
    public static IReadOnlyList<ToolDefinition> ReadNested(RequestFields fields) => Read(fields, tool =>
    {
        RequireFunction(tool);
        return Tool(tool.Object("function") ?? throw tool.Wrong("function", "an object with name and parameters"), "parameters");
    });

    /// <summary><c>{"type": "function", name, description, parameters}</c>, as OpenAI's responses have it.</summary>
    public static IReadOnlyList<ToolDefinition> ReadFlat(RequestFields fields) => Read(fields, tool =>
    {
        RequireFunction(tool);
        return Tool(tool, "parameters");
    });

    /// <summary><c>{name, description, input_schema}</c>, as Anthropic has it.</summary>
    public static IReadOnlyList<ToolDefinition> ReadWithInput(RequestFields fields) => Read(fields, tool =>
    {
        if (tool.Text("type") is { } type and not "custom")
            throw RequestException.Unsupported(tool.PlaceOf("type"), "a tool that a server runs", "tools of your own, with name and input_schema", "this server runs no tools");
        return Tool(tool, "input_schema");
    });

    /// <summary>The arguments of a call: a text that holds a JSON object, or the object itself.</summary>
    public static string Arguments(RequestFields fields, string name)
    {
        if (fields.Any(name) is not { } value)
            return "{}";
        if (value.ValueKind == System.Text.Json.JsonValueKind.Object)
            return value.GetRawText();
        var text = fields.Text(name)!;
        if (string.IsNullOrWhiteSpace(text))
            return "{}";
        return ToolDefinition.IsObject(text) ? text : throw RequestException.Bad(fields.PlaceOf(name), "a text that is no JSON object", "a JSON object", "send back what the answer had");
    }

    /// <summary>The name of a tool, as it is said.</summary>
    public static string Name(RequestFields fields, string name = "name") => fields.Text(name) is { } text && ToolDefinition.IsName(text)
        ? text
        : throw fields.Wrong(name, "1 to 128 letters, digits and _ . : / -");

    /// <summary>Refuses a choice that leaves nothing to call.</summary>
    public static ChatOptions Checked(ChatOptions chat)
    {
        if (chat.ToolChoice.Forces && chat.Tools.Count == 0)
            throw RequestException.Bad("tool_choice", "a call that must be made, and no tools", "tools beside it", "give some, or leave it out");
        if (chat.ToolChoice.Name is { } name && chat.Tools.All(tool => tool.Name != name))
            throw RequestException.Bad("tool_choice", "a name that no tool has", "the name of one of the tools", "mend the request");
        return chat;
    }

    private static List<ToolDefinition> Read(RequestFields fields, Func<RequestFields, ToolDefinition> read)
    {
        var given = fields.Objects("tools") ?? [];
        if (given.Count > MostTools)
            throw fields.Wrong("tools", $"at most {MostTools} tools");
        var tools = new List<ToolDefinition>();
        var names = new HashSet<string>();
        foreach (var item in given)
        {
            var tool = read(item);
            if (!names.Add(tool.Name))
                throw RequestException.Bad(item.PlaceOf("name"), "the name of another tool", "names that differ", "leave one out");
            tools.Add(tool);
        }
        return tools;
    }

    private static void RequireFunction(RequestFields tool)
    {
        if (tool.RequiredText("type") != "function")
            throw RequestException.Unsupported(tool.PlaceOf("type"), "a tool of another kind", "function", "this server runs no tools; describe yours as functions");
    }

    private static ToolDefinition Tool(RequestFields tool, string schema)
    {
        // What is no object is told as such.
        _ = tool.Object(schema);
        return new ToolDefinition(Name(tool), tool.Text("description"), tool.Any(schema)?.GetRawText());
    }
}
