using System.Text;
using System.Text.Json;
using Temoto.Generation.Tools;

namespace Temoto.Tests.Generation.Tools;

public class CallParserTests
{
    private static readonly ToolDefinition[] Tools =
    [
        new("get_weather", "Weather", """{"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}"""),
        new("get_time"),
        new("f"),
    ];

    private static readonly Dictionary<string, ToolFormat> Formats = new()
    {
        ["hermes"] = ToolFormats.Hermes,
        ["tagged"] = ToolFormats.Tagged,
        ["llama"] = ToolFormats.Llama,
        ["list"] = ToolFormats.MistralList,
        ["named"] = ToolFormats.MistralNamed,
        ["phi"] = ToolFormats.Phi,
        ["deepseek"] = ToolFormats.DeepSeek,
        ["python"] = ToolFormats.Python,
        ["escaped"] = ToolFormats.Escaped,
        ["gemma"] = ToolFormats.Fenced,
    };

    /// <summary>Format, answer, its text, its calls: name and arguments each.</summary>
    public static TheoryData<string, string, string, string[]> Answers => new()
    {
        { "hermes", "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1, \"b\": [\"x\", {\"y\": null}]}}\n</tool_call>", "", ["f {\"a\":1,\"b\":[\"x\",{\"y\":null}]}"] },
        { "hermes", "I look.\n\n<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>\n<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"z\": \"a</tool_call>b\"}}\n</tool_call>", "I look.", ["f {}", "get_time {\"z\":\"a</tool_call>b\"}"] },
        { "hermes", "<tool_call>{\"arguments\": {\"a\": \"\\\"}\\u00e4\"}, \"name\": \"f\"}</tool_call> Done.", "Done.", ["f {\"a\":\"\\\"}ä\"}"] },
        { "hermes", "<tool_call>{\"type\": \"function\", \"function\": {\"name\": \"f\", \"parameters\": {\"a\": true}}, \"id\": \"x\"}</tool_call>", "", ["f {\"a\":true}"] },
        { "hermes", "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 2}\"}</tool_call>", "", ["f {\"a\":2}"] },
        { "hermes", "<tool_call>{\"name\": \"f\", \"arguments\": null}</tool_call><tool_call>{\"name\": \"get_time\"}</tool_call>", "", ["f {}", "get_time {}"] },
        { "hermes", "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}\n</tool_call>", "", ["f {\"a\":1}"] },
        { "hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n{\"name\": \"get_time\", \"arguments\": {}}</tool_call>", "", ["f {\"a\":1}", "get_time {}"] },
        { "hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"two\nlines\"}}</tool_call>", "", ["f {\"a\":\"two\\nlines\"}"] },
        { "hermes", "A tag <tool_call is no call, nor is <tool_call> this </tool_call>.\n ", "A tag <tool_call is no call, nor is <tool_call> this </tool_call>.\n ", [] },
        { "hermes", "So: <tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 'x'}}</tool_call>", "So: <tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 'x'}}</tool_call>", [] },
        { "hermes", "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1", "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1", [] },
        { "hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\" 1}}</tool_call>.", "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\" 1}}</tool_call>.", [] },
        { "hermes", "  plain <", "  plain <", [] },
        { "hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"\\ud83d\"}}</tool_call>", "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"\\ud83d\"}}</tool_call>", [] },
        { "tagged", "Yes.\n<tool_call>\n<function=get_weather>\n<parameter=city>\n1\n</parameter>\n<parameter=days>\n2\n</parameter>\n</function>\n</tool_call>", "Yes.", ["get_weather {\"city\":\"1\",\"days\":2}"] },
        { "tagged", "<tool_call>\n<function=f>\n<parameter=a>\nx <b>\ny\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=get_time>\n</function>\n</tool_call>", "", ["f {\"a\":\"x \\u003Cb\\u003E\\ny\"}", "get_time {}"] },
        { "llama", "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Oslo\"}}", "", ["get_weather {\"city\":\"Oslo\"}"] },
        { "llama", "\n{\"name\": \"f\", \"parameters\": {}}; {\"name\": \"get_time\", \"parameters\": {}}", "", ["f {}", "get_time {}"] },
        { "llama", "<|python_tag|>{\"type\": \"function\", \"name\": \"f\", \"parameters\": {\"a\": \"1\"}}", "", ["f {\"a\":\"1\"}"] },
        { "llama", "<|python_tag|>get_weather.call(city=\"Oslo\", days=3)", "", ["get_weather {\"city\":\"Oslo\",\"days\":3}"] },
        { "llama", "[get_weather(city='Oslo'), get_time()]", "", ["get_weather {\"city\":\"Oslo\"}", "get_time {}"] },
        { "llama", "{\"answer\": 42}", "{\"answer\": 42}", [] },
        { "llama", "{\"name\": \"nobody\", \"parameters\": {}} or so", "{\"name\": \"nobody\", \"parameters\": {}} or so", [] },
        { "llama", "get well soon (f)", "get well soon (f)", [] },
        { "llama", "[1] says f(x) = 2", "[1] says f(x) = 2", [] },
        { "llama", "<|python_tag|>import os", "<|python_tag|>import os", [] },
        { "list", "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"a\": [1, 2]}}, {\"name\": \"get_time\", \"arguments\": {}, \"id\": \"abcdefgh1\"}]", "", ["f {\"a\":[1,2]}", "get_time {}"] },
        { "list", "[TOOL_CALLS]{\"name\": \"f\", \"arguments\": {}}", "", ["f {}"] },
        { "list", "Well [TOOL_CALLS] [ so be it", "Well [TOOL_CALLS] [ so be it", [] },
        { "named", "[TOOL_CALLS]get_weather[ARGS]{\"city\": \"Oslo\"}[TOOL_CALLS]f[CALL_ID]abcdefgh2[ARGS]{}", "", ["get_weather {\"city\":\"Oslo\"}", "f {}"] },
        { "named", "[TOOL_CALLS]two words[ARGS]{}", "[TOOL_CALLS]two words[ARGS]{}", [] },
        { "phi", "<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"a\": 1.5}}]<|/tool_call|>", "", ["f {\"a\":1.5}"] },
        { "phi", "Sure. <|tool_call|>[{\"name\": \"f\", \"arguments\": {}}", "Sure.", ["f {}"] },
        { "phi", "<|tool_call|>{\"name\": \"f\", \"arguments\": {}}<|/tool_call|>", "", ["f {}"] },
        { "deepseek", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \"Oslo\"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "", ["get_weather {\"city\":\"Oslo\"}", "f {}"] },
        { "deepseek", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": 1}<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "", ["f {\"a\":1}"] },
        { "python", "<|tool_call_start|>[get_weather(city=\"Oslo\", days=-1.5e3), f(a=[True, None], b={'c': \"d\"})]<|tool_call_end|>I wait.", "I wait.", ["get_weather {\"city\":\"Oslo\",\"days\":-1.5e3}", "f {\"a\":[true,null],\"b\":{\"c\":\"d\"}}"] },
        { "python", "<|tool_call_start|>[get_weather(city=]<|tool_call_end|>", "<|tool_call_start|>[get_weather(city=]<|tool_call_end|>", [] },
        { "escaped", "<start_function_call>call:get_weather{city:<escape>Oslo, {N}<escape>,days:2,tags:[<escape>a<escape>,true]}<end_function_call>", "", ["get_weather {\"city\":\"Oslo, {N}\",\"days\":2,\"tags\":[\"a\",true]}"] },
        { "gemma", "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Oslo\"}}", "", ["get_weather {\"city\":\"Oslo\"}"] },
        { "gemma", "```json\n{\"name\": \"f\", \"parameters\": {\"a\": \"`\"}}\n```", "", ["f {\"a\":\"`\"}"] },
        { "gemma", "I call it.\n```tool_code\nprint(get_weather(city=\"Oslo\"))\n```", "I call it.", ["get_weather {\"city\":\"Oslo\"}"] },
        { "gemma", "As JSON:\n```json\n{\"temp\": 3}\n```\nand code ```tool_code\nimport os\n```", "As JSON:\n```json\n{\"temp\": 3}\n```\nand code ```tool_code\nimport os\n```", [] },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void EveryCutGivesTheSame(string format, string answer, string text, string[] calls)
    {
        var whole = Parse(format, [answer]);
        Assert.Equal(text, whole.Text);
        Assert.Equal(calls.Select(Compact), whole.Calls.Select(call => Compact($"{call.Name} {call.Arguments}")));
        for (var cut = 1; cut < answer.Length; cut++)
            AssertSame(whole, Parse(format, [answer[..cut], answer[cut..]]), $"{cut}");
        AssertSame(whole, Parse(format, answer.Select(letter => letter.ToString())), "letters");
    }

    [Fact]
    public void ArgumentsComeAsTheyAreWritten()
    {
        var parser = new CallParser(ToolFormats.Hermes, Tools);
        Assert.Equal([], Push(parser, "<tool_call>{\"name\": \"f\", \"argu").Select(part => part.Kind));
        var begun = Push(parser, "ments\": {\"a\": \"long");
        Assert.Equal([AnswerPartKind.CallBegins, AnswerPartKind.CallArguments], begun.Select(part => part.Kind));
        Assert.Equal(("f", 0, "{\"a\": \"long"), (begun[0].CallName, begun[0].CallIndex, begun[1].Text));
        Assert.StartsWith("call_", begun[0].CallId, StringComparison.Ordinal);
        Assert.Equal([" text", "\"}", "{\"a\": \"long text\"}"], [.. Push(parser, " text").Select(part => part.Text), .. Push(parser, "\"}}").Select(part => part.Text)]);
    }

    [Fact]
    public void TextIsNotHeldBackLongerThanAMark()
    {
        var parser = new CallParser(ToolFormats.Hermes, Tools);
        Assert.Equal("The pump", Assert.Single(Push(parser, "The pump <tool")).Text);
        Assert.Equal(" <tools are", Assert.Single(Push(parser, "s are")).Text);
    }

    [Fact]
    public void WhatFailsAfterItBeganSaysSo()
    {
        var parser = new CallParser(ToolFormats.Hermes, Tools);
        var parts = Push(parser, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": ");
        var (failed, rest) = Push(parser, "?") is [var first, var second] ? (first, second) : default;
        Assert.Equal((AnswerPartKind.CallBegins, AnswerPartKind.CallFails, AnswerPartKind.Text), (parts[0].Kind, failed.Kind, rest.Kind));
        Assert.Equal(("<tool_call>{\"name\": \"f\", \"arguments\": {\"a\":", parts[0].CallId), (failed.Text, failed.CallId));
        Assert.Equal(" ?", rest.Text);
    }

    /// <summary>A second call behind the same mark that is found to be none, all at once or when its beginning has been told.</summary>
    [Fact]
    public void WhatWasNoCallBehindAnotherIsGivenBackWithoutTheSpaceBefore()
    {
        const string text = "<tool_call>{\"name\": \"f\"}\n{\"name\": \"get_time\", \"arguments\": {\"\\uda\": 1}}</tool_call>";
        Assert.Equal("{\"name\": \"get_time\", \"arguments\": {\"\\uda\": 1}}</tool_call>", Parse("hermes", [text]).Text);
        AssertSame(Parse("hermes", [text]), Parse("hermes", text.Select(letter => letter.ToString())), text);
    }

    [Fact]
    public void OnlyTheFirstCallIsToldWhereOthersAreNotWanted()
    {
        var parser = new CallParser(ToolFormats.Hermes, Tools, onlyFirst: true);
        var answer = new AnswerText();
        answer.Add(Push(parser, "<tool_call>{\"name\": \"f\"}</tool_call><tool_call>{\"name\": \"get_time\", \"arguments\": {}}</tool_call>"));
        Assert.Equal("f", Assert.Single(answer.Calls).Name);
    }

    [Fact]
    public void IdsOfMistralHaveNineLettersAndDigits()
    {
        var answer = Parse("list", ["[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {}}, {\"name\": \"f\", \"id\": \"abcdefgh1\", \"arguments\": {}}]"]);
        Assert.True(ShortId.Is(answer.Calls[0].Id));
        Assert.Equal("abcdefgh1", answer.Calls[1].Id);
    }

    /// <summary>Whatever a model writes, its reader ends, and nothing is lost but what calls are made of.</summary>
    [Fact]
    public void DamagedAnswersAreGivenBack()
    {
        var random = new Random(5);
        foreach (var row in Answers)
        {
            var (format, answer, _, _) = row.Data;
            for (var round = 0; round < Thoroughness.Cases(40); round++)
            {
                var text = round % 2 == 0 ? Changed(answer, random) : Encoding.UTF8.GetString(Mutations.Damage(Encoding.UTF8.GetBytes(answer), random));
                if (text.Length == 0)
                    continue;
                var whole = Parse(format, [text]);
                AssertSame(whole, Parse(format, text.Select(letter => letter.ToString())), $"{format}: {text}");
                Assert.All(whole.Calls, call => Assert.True(ToolDefinition.IsObject(call.Arguments), call.Arguments));
                if (whole.Calls.Count == 0 && format != "deepseek")
                    Assert.Equal(text, whole.Text);
            }
        }
    }

    /// <summary>A mark in a wrong place, and the end missing.</summary>
    private static string Changed(string answer, Random random)
    {
        var damaged = answer.ToCharArray();
        damaged[random.Next(damaged.Length)] = "{}[]\"\\,:x \n<"[random.Next(12)];
        return new string(damaged, 0, random.Next(1, damaged.Length + 1));
    }

    private static void AssertSame(AnswerText expected, AnswerText actual, string cut)
    {
        Assert.True(expected.Text == actual.Text, $"{cut}\nwhole {expected.Text}\ncut   {actual.Text}");
        Assert.Equal(expected.Calls.Select(call => (call.Name, call.Arguments)), actual.Calls.Select(call => (call.Name, call.Arguments)));
    }

    private static AnswerText Parse(string format, IEnumerable<string> pieces)
    {
        var parser = new CallParser(Formats[format], Tools);
        var (answer, parts, fragments) = (new AnswerText(), new List<AnswerPart>(), new Dictionary<int, string>());
        foreach (var piece in pieces)
            parser.Push(piece, parts);
        parser.End(parts);
        foreach (var part in parts)
        {
            answer.Add(part);
            if (part.Kind == AnswerPartKind.CallBegins)
                fragments.Add(part.CallIndex, "");
            else if (part.Kind == AnswerPartKind.CallArguments)
                fragments[part.CallIndex] += part.Text;
            else if (part.Kind == AnswerPartKind.CallEnds)
                Assert.Equal(part.Text, fragments[part.CallIndex]);
        }
        return answer;
    }

    private static List<AnswerPart> Push(CallParser parser, string piece)
    {
        var parts = new List<AnswerPart>();
        parser.Push(piece, parts);
        return parts;
    }

    private static string Compact(string call)
    {
        var space = call.IndexOf(' ', StringComparison.Ordinal);
        return call[..space] + " " + JsonSerializer.Serialize(JsonElement.Parse(call[(space + 1)..]));
    }
}
