using System.Text.Json;
using Microsoft.Extensions.AI;
using Temoto.Extensions.AI;

namespace Temoto.Tests.ExtensionsAI;

public class MessageContentsTests
{
    [Fact]
    public void RolesAndTextsStay()
    {
        var read = MessageContents.Read(
        [
            new(ChatRole.System, "Be brief."),
            new(new ChatRole("developer"), "Be exact."),
            new(ChatRole.User, [new TextContent("What "), new TextContent("now?")]) { AuthorName = "Ada" },
            new(ChatRole.Assistant, [new TextReasoningContent("Hm."), new TextContent("Nothing."), new UsageContent(new())]),
            new(ChatRole.User, []),
        ], null);
        Assert.Equal([("system", "Be brief."), ("system", "Be exact."), ("user", "What now?"), ("assistant", "Nothing."), ("user", "")], read.Select(message => (message.Role, message.Content)));
        Assert.Equal(("Ada", "Hm."), (read[2].Name, read[3].Reasoning));
    }

    [Fact]
    public void InstructionsStandAtTheBeginningOfTheSystemMessage()
    {
        Assert.Equal([("system", "Be brief."), ("user", "x")], MessageContents.Read([new(ChatRole.User, "x")], "Be brief.").Select(message => (message.Role, message.Content)));
        Assert.Equal([("system", "Be brief.\n\nBe exact."), ("user", "x")],
            MessageContents.Read([new(ChatRole.System, "Be exact."), new(ChatRole.User, "x")], "Be brief.").Select(message => (message.Role, message.Content)));
    }

    [Fact]
    public void CallsAndResultsFindEachOther()
    {
        var read = MessageContents.Read(
        [
            new(ChatRole.User, "x"),
            new(ChatRole.Assistant, [new TextContent("Let me look."), new FunctionCallContent("1", "get_weather", new Dictionary<string, object?> { ["city"] = "Zürich \"Nord\"", ["days"] = 2, ["exact"] = null }), new FunctionCallContent("2", "get_time")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", new { Celsius = -3.5, Words = new[] { "cold", "雪" } }), new FunctionResultContent("2", null) { Exception = new InvalidOperationException("no clock") }]),
        ], null);
        Assert.Equal(["user", "assistant", "tool", "tool"], read.Select(message => message.Role));
        Assert.Equal([new ToolCall("1", "get_weather", """{"city": "Zürich \"Nord\"", "days": 2, "exact": null}"""), new ToolCall("2", "get_time", "{}")], read[1].ToolCalls);
        Assert.Equal(("1", "get_weather", """{"celsius":-3.5,"words":["cold","雪"]}"""), (read[2].ToolCallId, read[2].Name, read[2].Content));
        Assert.Equal(("2", "get_time", "Error: no clock"), (read[3].ToolCallId, read[3].Name, read[3].Content));
    }

    [Fact]
    public void ResultsOfEveryKindAreTexts()
    {
        static string Of(object? result) => ToolTexts.Result(new FunctionResultContent("1", result));
        Assert.Equal(["cold", "cold", "-3", "", "cold snow", "[1,2]", "true"],
            new object?[] { "cold", JsonDocument.Parse("\"cold\"").RootElement, -3, null, new AIContent[] { new TextContent("cold "), new TextContent("snow") }, JsonDocument.Parse("[1, 2]").RootElement, true }.Select(Of));
    }

    public static TheoryData<string, AIContent> NoTexts => new()
    {
        { "a picture", new DataContent(new byte[] { 1 }, "image/png") },
        { "a picture", new UriContent("https://example.org/a.png", "image/png") },
        { "a sound", new DataContent(new byte[] { 1 }, "audio/wav") },
        { "application/pdf", new DataContent(new byte[] { 1 }, "application/pdf") },
        { "a file", new HostedFileContent("1") },
        { "ErrorContent", new ErrorContent("x") },
    };

    [Theory]
    [MemberData(nameof(NoTexts))]
    public void WhatIsNoTextIsRefused(string named, AIContent content)
    {
        Assert.Contains(named, Assert.Throws<NotSupportedException>(() => MessageContents.Read([new(ChatRole.User, [content])], null)).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => MessageContents.Read([new(ChatRole.Tool, [new FunctionResultContent("1", content)])], null));
    }

    [Fact]
    public void ThereIsSomethingToAnswer()
    {
        Assert.Throws<ArgumentException>(() => MessageContents.Read([], "Be brief."));
        Assert.Throws<ArgumentNullException>(() => MessageContents.Read([null!], null));
    }
}
