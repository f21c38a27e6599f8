using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Temoto.Extensions.AI;
using Ai = Microsoft.Extensions.AI;

namespace Temoto.Tests.ExtensionsAI;

/// <summary>Each option, and what becomes of it.</summary>
public sealed class ChatRequestTests(DemoChat demo) : IClassFixture<DemoChat>, IDisposable
{
    private const string Schema = """{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""";

    private readonly TemotoChatClient client = demo.NewClient();

    public void Dispose() => client.Dispose();

    private ChatRequest Read(Ai.ChatOptions options) => ChatRequest.Read([new(ChatRole.User, "x")], options, client);

    [Fact]
    public void SamplingIsTaken()
    {
        var read = Read(new Ai.ChatOptions
        {
            Temperature = 0.5f,
            TopP = 0.9f,
            TopK = 40,
            Seed = -3,
            StopSequences = ["a", "b"],
            MaxOutputTokens = 12,
            FrequencyPenalty = 0.25f,
            PresencePenalty = 0.75f,
            ModelId = "demo",
            AdditionalProperties = new() { ["min_p"] = 0.05, ["repetition_penalty"] = JsonDocument.Parse("1.5").RootElement, ["nothing"] = null },
        }).Generation;
        Assert.Equal((0.5f, 0.9f, 40, unchecked((ulong)-3), 12), (read.Temperature, read.TopP, read.TopK, read.Seed, read.MaxTokens));
        Assert.Equal((0.25f, 0.75f, 0.05f, 1.5f), (read.FrequencyPenalty, read.PresencePenalty, read.MinP, read.RepetitionPenalty));
        Assert.Equal(["a", "b"], read.Stop);
        // What is not said is the model's.
        var unsaid = Read(new Ai.ChatOptions()).Generation;
        Assert.Equal(new GenerationOptions { MaxTokens = int.MaxValue, Stop = unsaid.Stop, LogitBias = unsaid.LogitBias }, unsaid);
        Assert.Empty(unsaid.Stop);
    }

    [Fact]
    public void ARawRepresentationLiesBelowTheOthers()
    {
        var read = Read(new Ai.ChatOptions { RawRepresentationFactory = _ => new GenerationOptions { MaxTokens = 5, TopK = 3, MinP = 0.5f, Draft = DraftChoice.Lookup }, TopK = 4 }).Generation;
        Assert.Equal((5, 4, 0.5f, DraftChoice.Lookup), (read.MaxTokens, read.TopK, read.MinP, read.Draft));
    }

    [Fact]
    public void FormatsBecomeForms()
    {
        Assert.Null(Read(new Ai.ChatOptions { ResponseFormat = ChatResponseFormat.Text }).Generation.Form);
        Assert.Equal(AnswerForm.Json, Read(new Ai.ChatOptions { ResponseFormat = ChatResponseFormat.Json }).Generation.Form);
        using var schema = JsonDocument.Parse(Schema);
        Assert.Equal(AnswerForm.JsonSchema(Schema), Read(new Ai.ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema.RootElement) }).Generation.Form);
        Assert.Equal(AnswerForm.Gbnf("root ::= \"a\""), Read(new Ai.ChatOptions { AdditionalProperties = new() { ["grammar"] = "root ::= \"a\"" } }).Generation.Form);
        var choice = AnswerForm.OneOf("yes", "no");
        Assert.Equal(choice, Read(new Ai.ChatOptions { RawRepresentationFactory = _ => new GenerationOptions { Form = choice } }).Generation.Form);
    }

    [Fact]
    public void FunctionsBecomeTools()
    {
        var function = AIFunctionFactory.Create([Description("Weather at a place.")] (string city, int days = 1) => "", "get_weather");
        var declared = AIFunctionFactory.CreateDeclaration("get_time", null, JsonDocument.Parse(Schema).RootElement);
        var read = Read(new Ai.ChatOptions { Tools = [function, declared], AllowMultipleToolCalls = false }).Chat;
        Assert.Equal(["get_weather", "get_time"], read.Tools.Select(tool => tool.Name));
        Assert.Equal(["Weather at a place.", null], read.Tools.Select(tool => tool.Description));
        Assert.Equal(["city", "days"], JsonDocument.Parse(read.Tools[0].Parameters!).RootElement.GetProperty("properties").EnumerateObject().Select(member => member.Name));
        Assert.Equal(Schema[..^1] + ",\"additionalProperties\":false}", read.Tools[1].Parameters);
        Assert.Equal((ToolChoice.Auto, false), (read.ToolChoice, read.ParallelToolCalls));
    }

    [Fact]
    public void ModesBecomeChoices()
    {
        AITool[] tools = [AIFunctionFactory.Create(() => "", "f")];
        ToolChoice Choice(ChatToolMode? mode) => Read(new Ai.ChatOptions { Tools = tools, ToolMode = mode }).Chat.ToolChoice;
        Assert.Equal([ToolChoice.Auto, ToolChoice.Auto, ToolChoice.None, ToolChoice.Required, ToolChoice.Function("f")],
            new ChatToolMode?[] { null, ChatToolMode.Auto, ChatToolMode.None, ChatToolMode.RequireAny, ChatToolMode.RequireSpecific("f") }.Select(Choice));
        // Beside a form, a call may come in its place.
        var both = Read(new Ai.ChatOptions { Tools = tools, ResponseFormat = ChatResponseFormat.Json });
        Assert.Equal((AnswerForm.Json, ToolChoice.Auto), (both.Generation.Form, both.Chat.ToolChoice));
    }

    [Fact]
    public void ReasoningBecomesThinking()
    {
        ChatRequest Of(ReasoningEffort? effort, ReasoningOutput? output = null, ChatResponseFormat? format = null) => Read(new Ai.ChatOptions { Reasoning = new() { Effort = effort, Output = output }, ResponseFormat = format });
        Assert.Null(Of(null).Chat.Thinking);
        Assert.False(Of(ReasoningEffort.None).Chat.Thinking);
        Assert.True(Of(ReasoningEffort.Low).Chat.Thinking);
        Assert.Equal("low", Of(ReasoningEffort.Low).Chat.TemplateArguments["reasoning_effort"].GetString());
        Assert.Empty(Of(ReasoningEffort.None).Chat.TemplateArguments);
        Assert.False(Of(ReasoningEffort.High, null, ChatResponseFormat.Json).Chat.Thinking);
        Assert.Equal([true, true, false], new ReasoningOutput?[] { null, ReasoningOutput.Full, ReasoningOutput.None }.Select(output => Of(null, output).TellsThoughts));
    }

    [Fact]
    public void VariablesOfTheTemplateAreTaken()
    {
        var read = Read(new Ai.ChatOptions
        {
            Reasoning = new() { Effort = ReasoningEffort.High },
            AdditionalProperties = new() { ["chat_template_kwargs"] = new Dictionary<string, object?> { ["reasoning_effort"] = "tiny", ["date"] = "today" } },
        }).Chat.TemplateArguments;
        Assert.Equal(("tiny", "today"), (read["reasoning_effort"].GetString(), read["date"].GetString()));
    }

    public static TheoryData<string, Ai.ChatOptions> WhatCannotBeDone => new()
    {
        { "ConversationId", new() { ConversationId = "1" } },
        { "RawRepresentationFactory", new() { RawRepresentationFactory = _ => "x" } },
        { "TopLogprobs", new() { RawRepresentationFactory = _ => new GenerationOptions { TopLogprobs = 1 } } },
        { "Tools[0]", new() { Tools = [new HostedWebSearchTool()] } },
    };

    [Theory]
    [MemberData(nameof(WhatCannotBeDone))]
    public void WhatCannotBeDoneIsRefused(string named, Ai.ChatOptions options) =>
        Assert.Contains(named, Assert.Throws<NotSupportedException>(() => Read(options)).Message, StringComparison.Ordinal);

    public static TheoryData<string, Ai.ChatOptions> WhatIsWrong => new()
    {
        { "ModelId", new() { ModelId = "gpt-5" } },
        { "ToolMode", new() { ToolMode = ChatToolMode.RequireAny } },
        { "'g'", new() { Tools = [AIFunctionFactory.Create(() => "", "f")], ToolMode = ChatToolMode.RequireSpecific("g") } },
        { "ResponseFormat", new() { ResponseFormat = ChatResponseFormat.Json, AdditionalProperties = new() { ["grammar"] = "root ::= \"a\"" } } },
        { "'min_q'", new() { AdditionalProperties = new() { ["min_q"] = 1 } } },
        { "'min_p'", new() { AdditionalProperties = new() { ["min_p"] = "much" } } },
        { "'chat_template_kwargs'", new() { AdditionalProperties = new() { ["chat_template_kwargs"] = 1 } } },
        { "'grammar'", new() { AdditionalProperties = new() { ["grammar"] = 1 } } },
    };

    [Theory]
    [MemberData(nameof(WhatIsWrong))]
    public void WhatIsWrongIsNamed(string named, Ai.ChatOptions options) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => Read(options)).Message, StringComparison.Ordinal);
}
