using System.Text.Json;
using System.Text.Json.Nodes;
using Temoto.Generation.ChatTemplates;
using Temoto.Jinja;

namespace Temoto.Tests.Generation.ChatTemplates;

/// <summary>Every rendering byte for byte as jinja2 (set up like transformers) and, for whole conversations, as @huggingface/jinja.</summary>
public class ChatTemplateOracleTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    [Fact]
    public void FeaturesRenderAsInPython()
    {
        var cases = FeatureTemplates.Rendered.Select(template => new Case(template, template, FeatureTemplates.Variables)).ToArray();
        var compared = AssertEqual(cases, Oracle.Python("render_template.py", Input(cases)));
        Assert.Equal((cases.Length, 0), compared);
    }

    [Fact]
    public void WhatPythonRefusesIsRefused()
    {
        var cases = FeatureTemplates.Refused.Select(template => new Case(template, template, FeatureTemplates.Variables)).ToArray();
        var compared = AssertEqual(cases, Oracle.Python("render_template.py", Input(cases)));
        Assert.Equal((0, cases.Length), compared);
    }

    [Fact]
    public void ConversationsRenderAsInPython()
    {
        var cases = ConversationCases(TemplateFiles());
        var (rendered, refused) = AssertEqual(cases, Oracle.Python("render_template.py", Input(cases)));
        Assert.True(rendered > 4 * refused, $"{rendered} rendered, {refused} refused");
    }

    [Fact]
    public void ConversationsRenderAsInJavaScript()
    {
        // JavaScript prints 1.0 as 1 and lists its own way; today's date differs, and the library lacks tojson's separators.
        string[] differing = ["a call with floats", "parts"];
        var files = TemplateFiles().Where(file => file.Name is not ("macros-schema" or "headers-tools"));
        var cases = ConversationCases(files).Where(one => !differing.Any(one.Name.EndsWith)).ToArray();
        AssertEqual(cases, Oracle.Node("render_template.mjs", Input(cases)), textOnly: true);
    }

    [Fact]
    public void TheTemplateOfQwen25RendersAsInPythonAndJavaScript()
    {
        using var config = JsonDocument.Parse(File.ReadAllText(RepositoryPaths.DataPath("qwen2.5-0.5b-instruct/tokenizer_config.json")));
        var source = config.RootElement.GetProperty("chat_template").GetString()!;
        var cases = ConversationCases([("qwen2.5", source)]);
        AssertEqual(cases, Oracle.Python("render_template.py", Input(cases)));
        var withoutFloats = cases.Where(one => !one.Name.EndsWith("floats")).ToArray();
        AssertEqual(withoutFloats, Oracle.Node("render_template.mjs", Input(withoutFloats)), textOnly: true);
    }

    internal static IEnumerable<(string Name, string Source)> TemplateFiles() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "tests/Temoto.Tests/Generation/ChatTemplates/Templates"), "*.jinja")
            .Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileNameWithoutExtension(path), File.ReadAllText(path)));

    private static Case[] ConversationCases(IEnumerable<(string Name, string Source)> templates) =>
        [.. templates.SelectMany(template => Conversations.All.Select(conversation => new Case($"{template.Name}: {conversation.Name}", template.Source, conversation.Json)))];

    private static string Input(IEnumerable<Case> cases) =>
        new JsonArray([.. cases.Select(one => new JsonObject { ["template"] = one.Template, ["variables"] = JsonNode.Parse(one.Variables) })]).ToJsonString();

    private static string? Render(Case one, out string? error)
    {
        using var variables = JsonDocument.Parse(one.Variables);
        error = null;
        try
        {
            // Only what the case gives is defined, as for the oracle: nothing is filled in.
            var given = variables.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => JinjaValue.From(property.Value));
            return ChatTemplate.Parse(one.Template, "test.jinja").Render(given, new FixedClock(Now));
        }
        catch (InputException problem)
        {
            error = problem.Message;
            return null;
        }
    }

    /// <summary>How many both rendered (alike) and both refused; with <paramref name="textOnly"/> a case that either refuses is left out.</summary>
    private static (int Rendered, int Refused) AssertEqual(IReadOnlyList<Case> cases, string answer, bool textOnly = false)
    {
        using var expected = JsonDocument.Parse(answer);
        Assert.Equal(cases.Count, expected.RootElement.GetArrayLength());
        var differences = new List<string>();
        var (rendered, refused) = (0, 0);
        for (var i = 0; i < cases.Count; i++)
        {
            var theirs = expected.RootElement[i];
            var text = theirs.TryGetProperty("text", out var given) ? given.GetString() : null;
            var ours = Render(cases[i], out var error);
            if (textOnly && (text is null || ours is null))
                continue;
            rendered += text is null ? 0 : 1;
            refused += text is null ? 1 : 0;
            if (ours != text)
                differences.Add($"{cases[i].Name}\n  ours:   {Shown(ours ?? error)}\n  theirs: {Shown(text ?? theirs.GetProperty("error").GetString())}");
        }
        Assert.True(differences.Count == 0, $"{differences.Count} of {cases.Count} differ:\n{string.Join("\n", differences)}");
        Assert.True(rendered + refused > cases.Count / 2, $"only {rendered} of {cases.Count} compared");
        return (rendered, refused);
    }

    private static string Shown(string? text) => JsonSerializer.Serialize(text);

    private sealed record Case(string Name, string Template, string Variables);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
