using Temoto.Formats.Tokenizers;
using Temoto.Generation.ChatTemplates;
using Temoto.Generation.Tools;
using Temoto.Jinja;

namespace Temoto.Tests.Generation.ChatTemplates;

public class ChatRenderingTests
{
    private static readonly ToolDefinition Weather = new("get_weather", "Weather at a place.", """{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}""");

    private static readonly ChatMessage[] Conversation =
    [
        new("user", "Oslo?"),
        new("assistant", "") { ToolCalls = [new("call_1", "get_weather", """{"city": "Oslo"}""")], Reasoning = "Look it up." },
        new("tool", "3 °C") { ToolCallId = "call_1" },
    ];

    /// <summary>The template of Qwen2.5 as it is published; the expected text is what transformers makes of it.</summary>
    [Fact]
    public void QwensTemplateTellsOfToolsCallsAndResults()
    {
        var folder = RepositoryPaths.DataPath("qwen2.5-0.5b-instruct");
        var template = TokenizerFiles.ReadChatTemplate(folder)!;
        var text = Render(template, Conversation, [Weather]);
        Assert.Equal(
            """
            <|im_start|>system
            You are Qwen, created by Alibaba Cloud. You are a helpful assistant.

            # Tools

            You may call one or more functions to assist with the user query.

            You are provided with function signatures within <tools></tools> XML tags:
            <tools>
            {"type": "function", "function": {"name": "get_weather", "description": "Weather at a place.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}
            </tools>

            For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
            <tool_call>
            {"name": <function-name>, "arguments": <args-json-object>}
            </tool_call><|im_end|>
            <|im_start|>user
            Oslo?<|im_end|>
            <|im_start|>assistant
            <tool_call>
            {"name": "get_weather", "arguments": {"city": "Oslo"}}
            </tool_call><|im_end|>
            <|im_start|>user
            <tool_response>
            3 °C
            </tool_response><|im_end|>
            <|im_start|>assistant

            """,
            text);
    }

    [Fact]
    public void ATemplateThatKnowsNoToolsIsToldByMessages()
    {
        const string template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";
        var text = Render(template, [new("system", "Be brief."), .. Conversation, new("user", "And now?")], [Weather]);
        Assert.StartsWith("<|im_start|>system\nBe brief.\n\nYou can call these tools:\n<tools>\n{\"name\": \"get_weather\"", text, StringComparison.Ordinal);
        Assert.Contains("<|im_start|>assistant\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call><|im_end|>", text, StringComparison.Ordinal);
        // One turn: templates may insist that they alternate.
        Assert.EndsWith("<|im_start|>user\n<tool_response>\n3 °C\n</tool_response>\nAnd now?<|im_end|>\n", text, StringComparison.Ordinal);
        Assert.Equal("<|im_start|>user\nhi<|im_end|>\n", Render(template, [new("user", "hi")], []));
    }

    [Fact]
    public void ATemplateThatRefusesASystemMessageGetsItWithTheQuestion()
    {
        const string template = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}<start_of_turn>{{ m.role }}\n{{ m.content }}<end_of_turn>\n{% endfor %}";
        var text = Render(template, [new("user", "Oslo?")], [Weather]);
        Assert.StartsWith("<start_of_turn>user\nYou can call these tools:", text, StringComparison.Ordinal);
        Assert.Contains("\"parameters\": <args-json-object>}", text, StringComparison.Ordinal);
        Assert.EndsWith("\n\nOslo?<end_of_turn>\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ArgumentsAreTextForTemplatesThatPutThemInAsTheyAre()
    {
        const string template = "{{ tools is none }}<｜tool▁call▁begin｜>{% for m in messages %}{% for c in m['tool_calls'] or [] %}{{ c['function']['name'] + ' ' + c['function']['arguments'] }}{% endfor %}{% endfor %}";
        Assert.EndsWith("get_weather {\"city\": \"Oslo\"}", Render(template, Conversation, []), StringComparison.Ordinal);
    }

    [Fact]
    public void AMessageOfCallsHasNoneForItsTextWhereThatIsAskedFor()
    {
        const string calls = "{{ tools }}<tool_call>{% for m in messages if m.tool_calls %}{{ m.content is none }}{% endfor %}";
        Assert.EndsWith("True", Render(calls, Conversation, []), StringComparison.Ordinal);
        Assert.EndsWith("[\"\"]", Render("{{ tools }}<tool_call>{% for m in messages if m.tool_calls %}{{ [m.content] | tojson }}{% endfor %}", Conversation, []), StringComparison.Ordinal);
    }

    [Fact]
    public void PhisToolsStandInTheSystemMessage()
    {
        const string template = "{% for message in messages %}<|{{ message.role }}|>{% if message.role == 'system' and 'tools' in message %}{{ message.content + '<|tool|>' + message['tools'] + '<|/tool|>' }}{% else %}{{ message.content }}{% endif %}<|end|>{% endfor %}";
        Assert.StartsWith("<|system|><|tool|>[{\"name\": \"get_weather\"", Render(template, [new("user", "Oslo?")], [Weather]), StringComparison.Ordinal);
    }

    [Fact]
    public void MistralsIdsHaveNineLettersAndResultsTheirNames()
    {
        const string template = "{{ tools is none }}[TOOL_CALLS]{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.id }}{% endfor %}{% if m.role == 'tool' %}|{{ m.tool_call_id }}|{{ m.name }}{% endif %}{% endfor %}";
        var parts = Render(template, Conversation, [Weather])["False[TOOL_CALLS]".Length..].Split('|');
        Assert.True(ShortId.Is(parts[0]), parts[0]);
        Assert.Equal([parts[0], "get_weather"], parts[1..]);
    }

    /// <summary>As Llama's templates do.</summary>
    [Fact]
    public void CallsStandOneByOneWhereATemplateTakesOneAtATime()
    {
        const string template = "{{ tools is none }}<|python_tag|>{% for m in messages %}{% if m.tool_calls and m.tool_calls | length != 1 %}{{ raise_exception('one call at a time') }}{% endif %}|{{ m.role }} {{ m.content }} {{ m.tool_calls[0].id if m.tool_calls }}{% endfor %}";
        ChatMessage[] messages =
        [
            new("user", "Both?"),
            new("assistant", "I look.") { ToolCalls = [new("1", "f", "{}"), new("2", "g", "{}")] },
            new("tool", "b") { ToolCallId = "2" }, new("tool", "a") { ToolCallId = "1" }, new("tool", "?"),
            new("assistant", "So."),
        ];
        Assert.Equal("True<|python_tag|>|user Both? |assistant I look. 1|tool a |assistant  2|tool b |tool ? |assistant So. ", Render(template, messages, []));
    }

    [Fact]
    public void ATemplateThatRefusesEveryFormSaysWhatItSaidOfTheFirst()
    {
        const string template = "{{ tools is none }}<tool_call>{{ raise_exception('no: ' ~ (messages[1].tool_calls[0].function.arguments is string) ~ (messages[1].content == none)) }}";
        Assert.Contains("no: FalseFalse", Assert.Throws<InputException>(() => Render(template, Conversation, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMessageOfCallsHasATextWhereATemplateCannotDoWithoutOne()
    {
        const string template = "{{ tools }}<tool_call>{% for m in messages if m.tool_calls and m.content is not none or m.tool_calls and 'x' in m.content %}[{{ m.content }}]{% endfor %}";
        Assert.EndsWith("[]", Render(template, Conversation, []), StringComparison.Ordinal);
    }

    private static string Render(string source, IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools)
    {
        var input = new ChatTemplateInput { Messages = JinjaNone.Value };
        return new ChatRendering(ChatTemplate.Parse(source, "t"), new ChatFormat(source, _ => null)).Render(messages, tools, input);
    }
}
