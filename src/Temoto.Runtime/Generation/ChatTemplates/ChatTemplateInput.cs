using System.Text.Json;
using Temoto.Jinja;

namespace Temoto.Generation.ChatTemplates;

/// <summary>What a chat template is rendered with; the names are those the templates read.</summary>
internal sealed record ChatTemplateInput
{
    /// <summary>A list of dicts with role, content (text or parts), and what else the template knows: tool_calls, name, ...</summary>
    public required JinjaValue Messages { get; init; }

    /// <summary>Function descriptions as JSON; None where there are none.</summary>
    public JinjaValue Tools { get; init; } = JinjaNone.Value;

    public JinjaValue Documents { get; init; } = JinjaNone.Value;

    /// <summary>Whether the text ends with what opens the assistant's turn.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Null leaves the variable undefined, which prints as nothing.</summary>
    public string? BosToken { get; init; }

    public string? EosToken { get; init; }

    /// <summary>Further variables, such as enable_thinking; they win over the ones above.</summary>
    public IReadOnlyDictionary<string, JinjaValue> Variables { get; init; } = new Dictionary<string, JinjaValue>();

    /// <summary>What <c>strftime_now</c> tells.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A plain conversation.</summary>
    public static ChatTemplateInput For(IEnumerable<ChatMessage> messages) => new()
    {
        Messages = new TemplateMessages().Of(messages),
    };

    /// <summary>Messages and tools as an OpenAI-style request carries them.</summary>
    public static ChatTemplateInput For(JsonElement messages, JsonElement? tools = null) => new()
    {
        Messages = Value(messages, "messages"),
        Tools = tools is { } given ? Value(given, "tools") : JinjaNone.Value,
    };

    public static JinjaValue Value(JsonElement element, string source)
    {
        try
        {
            return JinjaValue.From(element);
        }
        catch (JinjaException error)
        {
            throw new InputException(source, null, error.Found, error.Expected, error.Next);
        }
    }

    /// <summary>Every variable by name.</summary>
    public IEnumerable<KeyValuePair<string, JinjaValue>> All()
    {
        yield return new("messages", Messages);
        yield return new("tools", Tools);
        yield return new("documents", Documents);
        yield return new("add_generation_prompt", AddGenerationPrompt);
        if (BosToken is not null)
            yield return new("bos_token", BosToken);
        if (EosToken is not null)
            yield return new("eos_token", EosToken);
        foreach (var variable in Variables)
            yield return variable;
    }
}
