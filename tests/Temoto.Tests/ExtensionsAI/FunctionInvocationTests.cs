using System.ComponentModel;
using Microsoft.Extensions.AI;
using Ai = Microsoft.Extensions.AI;

namespace Temoto.Tests.ExtensionsAI;

/// <summary>Calls of tools through Microsoft.Extensions.AI's own pipeline: the C# functions are called, and the model is told what came of it.</summary>
public sealed class FunctionInvocationTests(ScriptedChat scripted, DemoChat demo) : IClassFixture<ScriptedChat>, IClassFixture<DemoChat>
{
    private readonly List<string> called = [];

    private AITool[] Tools => [AIFunctionFactory.Create(GetWeather, "get_weather"), AIFunctionFactory.Create(GetTime, "get_time")];

    [Description("Weather at a place.")]
    private string GetWeather(string city)
    {
        called.Add($"weather in {city}");
        return "-3 °C";
    }

    [Description("The time.")]
    private string GetTime()
    {
        called.Add("time");
        return "12:00";
    }

    [Fact]
    public async Task ThoughtsTextAndCallsAreToldApart()
    {
        var answer = await scripted.Client.GetResponseAsync("Weather?", new Ai.ChatOptions { Tools = Tools });
        var contents = answer.Messages.Single().Contents;
        Assert.Equal("They want the weather.", Assert.Single(contents.OfType<TextReasoningContent>()).Text);
        Assert.Equal("Let me look.", answer.Text);
        var calls = contents.OfType<FunctionCallContent>().ToList();
        Assert.Equal([("get_weather", "Paris"), ("get_time", null)], calls.Select(call => (call.Name, call.Arguments!.TryGetValue("city", out var city) ? city!.ToString() : null)));
        Assert.Equal(2, calls.Select(call => call.CallId).Distinct().Count());
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        Assert.Empty(called);
        var silent = await scripted.Client.GetResponseAsync("Weather?", new Ai.ChatOptions { Tools = Tools, Reasoning = new() { Output = ReasoningOutput.None }, AllowMultipleToolCalls = false });
        Assert.Equal([typeof(TextContent), typeof(FunctionCallContent)], silent.Messages.Single().Contents.Select(content => content.GetType()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FunctionsAreCalledAndTheirResultsAnswered(bool isStreamed)
    {
        var client = scripted.Client.AsBuilder().UseFunctionInvocation().Build();
        var options = new Ai.ChatOptions { Tools = Tools };
        var answer = isStreamed ? await client.GetStreamingResponseAsync("Weather?", options).ToChatResponseAsync() : await client.GetResponseAsync("Weather?", options);
        Assert.Equal(["weather in Paris", "time"], called);
        Assert.Equal([ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant], answer.Messages.Select(message => message.Role));
        Assert.Equal("The sun shines.", answer.Messages[^1].Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
    }

    [Fact]
    public async Task ACallThatIsRequiredIsMade()
    {
        var client = scripted.Client.AsBuilder().UseFunctionInvocation().Build();
        var answer = await client.GetResponseAsync("Weather?", new Ai.ChatOptions { Tools = Tools, ToolMode = ChatToolMode.RequireSpecific("get_weather") });
        Assert.Equal(["weather in Oslo"], called);
        Assert.Equal("The sun shines.", answer.Text);
        called.Clear();
        await client.GetResponseAsync("Weather?", new Ai.ChatOptions { Tools = Tools, ToolMode = ChatToolMode.RequireAny });
        Assert.Equal(["time"], called);
        called.Clear();
        await client.GetResponseAsync("Weather?", new Ai.ChatOptions { Tools = Tools, ToolMode = ChatToolMode.None });
        Assert.Empty(called);
    }

    /// <summary>The demo model was never shown a tool; the schema of the arguments is kept to all the same.</summary>
    [Fact]
    public async Task AModelThatKnowsNoToolsCallsOneToo()
    {
        var levels = new List<(Level Level, int Minutes)>();
        var raise = AIFunctionFactory.Create((Level level, [Description("until it is looked at")] int minutes) => { levels.Add((level, minutes)); return "raised"; }, "raise_alarm", serializerOptions: Json);
        using var client = demo.NewClient();
        var pipeline = client.AsBuilder().UseFunctionInvocation(configure: invoking => invoking.MaximumIterationsPerRequest = 1).Build();
        var answer = await pipeline.GetResponseAsync("Pump P-3: bearing temperature HIGH 92 C", new Ai.ChatOptions { Temperature = 0, MaxOutputTokens = 200, Tools = [raise], ToolMode = ChatToolMode.RequireAny });
        Assert.True(levels.Count == 1, answer.Text);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Json = new(AIJsonUtilities.DefaultOptions) { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    private enum Level
    {
        Low,
        High,
    }
}
