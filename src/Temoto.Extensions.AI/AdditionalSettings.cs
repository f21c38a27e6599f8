using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Temoto.Extensions.AI;

/// <summary>What <c>AdditionalProperties</c> of options may hold, under the names of the server's API. Others are refused: who sets one means something by it.</summary>
internal sealed record AdditionalSettings
{
    private const string MinPName = "min_p", RepetitionPenaltyName = "repetition_penalty", GrammarName = "grammar", TemplateName = "chat_template_kwargs", EffortName = "reasoning_effort";

    private Dictionary<string, JsonElement> template = [];

    /// <summary>See <see cref="GenerationOptions.MinP"/>.</summary>
    public float? MinP { get; private init; }

    /// <summary>See <see cref="GenerationOptions.RepetitionPenalty"/>.</summary>
    public float? RepetitionPenalty { get; private init; }

    /// <summary>A grammar in GBNF.</summary>
    public AnswerForm? Form { get; private init; }

    /// <exception cref="ArgumentException">A value of another kind, or a name that is not known.</exception>
    public static AdditionalSettings Read(AdditionalPropertiesDictionary? properties)
    {
        var settings = new AdditionalSettings();
        foreach (var (name, value) in properties ?? [])
        {
            if (value is null)
                continue;
            var json = ToolTexts.ToJson(value);
            settings = name switch
            {
                MinPName => settings with { MinP = Number(json, name) },
                RepetitionPenaltyName => settings with { RepetitionPenalty = Number(json, name) },
                GrammarName => settings with { Form = AnswerForm.Gbnf(json.ValueKind == JsonValueKind.String ? json.GetString()! : throw Wrong(name, "a grammar in GBNF, a text")) },
                TemplateName => settings with { template = Members(json, name) },
                _ => throw Wrong(name, $"{MinPName}, {RepetitionPenaltyName}, {GrammarName} or {TemplateName}"),
            };
        }
        return settings;
    }

    /// <summary>Variables of the chat template, with the effort where some is asked for: templates that know degrees have them under that name.</summary>
    public Dictionary<string, JsonElement> TemplateArguments(ReasoningEffort? effort)
    {
        var word = effort switch
        {
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High or ReasoningEffort.ExtraHigh => "high",
            _ => null,
        };
        if (word is null || template.ContainsKey(EffortName))
            return template;
        return new Dictionary<string, JsonElement>(template) { [EffortName] = ToolTexts.ToJson(word) };
    }

    private static float Number(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) ? number : throw Wrong(name, "a number");

    private static Dictionary<string, JsonElement> Members(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().ToDictionary(member => member.Name, member => member.Value) : throw Wrong(name, "an object of variables");

    private static ArgumentException Wrong(string name, string expected) =>
        new($"ChatOptions.AdditionalProperties: found '{name}'; expected {expected}; mend it, or leave it out");
}
