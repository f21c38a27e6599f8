using System.Collections.ObjectModel;
using System.Text.Json;

namespace Temoto;

/// <summary>What a conversation is answered with beside its messages: tools, thoughts, and what else the model's chat template asks for.</summary>
public sealed record ChatOptions
{
    /// <summary>What the model may ask to be called. Who calls is the program; a message of the role tool brings back what came of it.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>Whether the model must, may or must not call them.</summary>
    public ToolChoice ToolChoice { get; init; } = ToolChoice.Auto;

    /// <summary>Whether one answer may hold several calls; false passes over those behind the first.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>Whether the model is asked to think before it answers, where its template has a switch for that; null leaves it to the template.</summary>
    public bool? Thinking { get; init; }

    /// <summary>Further variables of the chat template, by name; they win over all others.</summary>
    public IReadOnlyDictionary<string, JsonElement> TemplateArguments { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>Those that the model is told of.</summary>
    internal IReadOnlyList<ToolDefinition> TellTools => ToolChoice == ToolChoice.None ? [] : Tools;

    /// <exception cref="ArgumentException">A member cannot be used; the message names it.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Tools);
        ArgumentNullException.ThrowIfNull(ToolChoice);
        var names = new HashSet<string>();
        for (var i = 0; i < Tools.Count; i++)
        {
            Tools[i].Check(i);
            if (!names.Add(Tools[i].Name))
                throw new OptionException($"ChatOptions.Tools[{i}].Name", Tools[i].Name, $"'{Tools[i].Name}' a second time", "names that differ", "leave one out");
        }
        if (ToolChoice.Forces && Tools.Count == 0)
            throw new OptionException("ChatOptions.ToolChoice", ToolChoice, "a call that must be made, and no tools", "tools beside it", "give some, or leave it out");
        if (ToolChoice.Name is { } name && !names.Contains(name))
            throw new OptionException("ChatOptions.ToolChoice", ToolChoice, $"'{name}'", "the name of one of the tools", "mend it");
    }
}
