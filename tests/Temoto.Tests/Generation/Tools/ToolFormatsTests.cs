using Temoto.Generation.Tools;

namespace Temoto.Tests.Generation.Tools;

public class ToolFormatsTests
{
    [Theory]
    [InlineData("{{ tools }}<tool_call>", "hermes")]
    [InlineData("{{ tools }}<tool_call>\\n<function=example>", "tagged parameters")]
    [InlineData("{{ tools }}<|start_header_id|>", "bare object")]
    [InlineData("{{ tools }}[TOOL_CALLS]", "mistral list")]
    [InlineData("{{ tools }}[TOOL_CALLS]x[ARGS]", "mistral named")]
    [InlineData("{{ message['tools'] }}<|tool|>", "marked list")]
    [InlineData("{{ tools }}<｜tool▁call▁begin｜>", "deepseek")]
    [InlineData("{{ tools }}<|tool_list_start|>", "python")]
    [InlineData("{{ tools }}<start_function_declaration>", "escaped")]
    [InlineData("<start_of_turn>", "fenced")]
    [InlineData("<|im_start|>", "hermes")]
    [InlineData("{{ tools }} Action:", "hermes")]
    public void ATemplateIsToldByItsMarks(string template, string name) => Assert.Equal(name, ToolFormats.Of(template).Name);

    [Theory]
    [InlineData("{{ tools }}<tool_call>", true)]
    [InlineData("<tool_call>", false)]
    [InlineData("{{ tools }} Action:", false)]
    public void MessagesTellOfToolsWhereATemplateDoesNot(string template, bool tells) => Assert.Equal(tells, ToolFormats.TellsTools(template));

    /// <summary>An answer that was made to begin with a call is one when the arguments follow, in every format.</summary>
    [Fact]
    public void WhatIsForcedOpensACall()
    {
        var tools = new[] { new ToolDefinition("f"), new ToolDefinition("g") };
        foreach (var template in new[] { "{{ tools }}<tool_call>", "{{ tools }}<|start_header_id|>", "{{ tools }}[TOOL_CALLS]", "{{ tools }}[TOOL_CALLS][ARGS]", "{{ tools }}<|tool|>", "{{ tools }}<｜tool▁call▁begin｜>", "<start_of_turn>" })
        {
            var format = ToolFormats.Of(template);
            var forced = ForcedCall.For(new ChatOptions { Tools = tools, ToolChoice = ToolChoice.Function("g") }, format)!;
            Assert.True(forced.HasJsonArguments);
            Assert.Same(tools[1], forced.Tool);
            Assert.Equal(("g", "{\"a\": 1}"), Single(format, tools, forced.Opening + " {\"a\": 1}" + forced.Closing));
        }
    }

    [Theory]
    [InlineData("{{ tools }}<tool_call><function=", "<parameter=a>\n1\n</parameter>\n")]
    [InlineData("{{ tools }}<|tool_call_start|>", "a=1")]
    [InlineData("{{ tools }}<start_function_call>", "a:1")]
    public void WhatIsForcedOpensACallThatIsNoJson(string template, string arguments)
    {
        var (format, tools) = (ToolFormats.Of(template), new[] { new ToolDefinition("g") });
        var forced = ForcedCall.For(new ChatOptions { Tools = tools, ToolChoice = ToolChoice.Required }, format)!;
        Assert.False(forced.HasJsonArguments);
        Assert.Equal(("g", "{\"a\": 1}"), Single(format, tools, forced.Opening + arguments + forced.Closing));
    }

    [Fact]
    public void NothingIsForcedWhereTheModelChooses() => Assert.Null(ForcedCall.For(new ChatOptions { Tools = [new("f")] }, ToolFormats.Hermes));

    /// <summary>Where an answer is held to a form, a call is what begins as no value does: with a mark, or with the name of a tool.</summary>
    [Theory]
    [InlineData("{{ tools }}<tool_call>", "<tool_call>")]
    [InlineData("{{ tools }}[TOOL_CALLS]", "[TOOL_CALLS]")]
    [InlineData("{{ tools }}<|start_header_id|>", "{\"name\": \"f\", \"parameters\":")]
    [InlineData("<start_of_turn>", "{\"name\": \"f\", \"parameters\":")]
    public void ACallBeginsAsNoAnswerDoes(string template, string opening) => Assert.Equal([opening], ToolFormats.Of(template).Openings([new("f")]));

    private static (string Name, string Arguments) Single(ToolFormat format, ToolDefinition[] tools, string answer)
    {
        var (parser, parts) = (new CallParser(format, tools), new List<AnswerPart>());
        parser.Push(answer, parts);
        parser.End(parts);
        var text = new AnswerText();
        text.Add(parts);
        Assert.Equal("", text.Text);
        var call = Assert.Single(text.Calls);
        return (call.Name, call.Arguments);
    }
}
