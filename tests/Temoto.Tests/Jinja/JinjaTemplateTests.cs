using System.Text.Json;
using Temoto.Jinja;

namespace Temoto.Tests.Jinja;

/// <summary>The language as a user of the package alone meets it; what templates do is tested through <see cref="Temoto.Generation.ChatTemplates.ChatTemplate"/>.</summary>
public class JinjaTemplateTests
{
    [Fact]
    public void TheReadmesExampleRenders()
    {
        var template = JinjaTemplate.Parse("{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}");
        using var messages = JsonDocument.Parse("""[{ "role": "user", "content": "Why do bearings fail?" }]""");
        Assert.Equal("<user>Why do bearings fail?\n", template.Render(new Dictionary<string, JinjaValue> { ["messages"] = JinjaValue.From(messages.RootElement) }));
    }

    [Fact]
    public void ValuesOfDotNetAreThoseOfPython() => Assert.Equal(
        "a True 3 0.5",
        JinjaTemplate.Parse("{{ s }} {{ b }} {{ i }} {{ f }}").Render(new Dictionary<string, JinjaValue> { ["s"] = "a", ["b"] = true, ["i"] = 3, ["f"] = 0.5 }));

    [Fact]
    public void ErrorsOfReadingAndOfRenderingNameTheirLine()
    {
        var read = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse("a\n{{ 1 + }}"));
        Assert.Equal(2, read.Line);
        Assert.StartsWith("line 2: found '}}'; expected an expression", read.Message);
        var template = JinjaTemplate.Parse("a\n\n{{ x.y }}");
        var rendered = Assert.Throws<JinjaException>(() => template.Render(new Dictionary<string, JinjaValue>()));
        Assert.Equal(3, rendered.Line);
        Assert.Equal($"line 3: found {rendered.Found}; expected {rendered.Expected}; {rendered.Next}", rendered.Message);
    }

    [Fact]
    public void AnOverlongTemplateIsRefused() =>
        Assert.Equal("found 1048577 characters; expected at most 1048576; fix the chat template or give another", Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(new string('a', (1 << 20) + 1))).Message);
}
