using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

/// <summary><c>temoto mcp</c> as the protocol's own client sees it, over the process's pipes.</summary>
public sealed class McpCommandTests(McpCommandTests.Server server) : IClassFixture<McpCommandTests.Server>
{
    private const string Initialize = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""";

    [Fact]
    public async Task ToolsAreListed()
    {
        Assert.Equal("temoto", server.Client.ServerInfo?.Name);
        Assert.Contains("demo", server.Client.ServerInstructions!, StringComparison.Ordinal);
        var tools = await server.Client.ListToolsAsync();
        Assert.Equal(["ask", "chat", "count_tokens", "simulate"], tools.Select(tool => tool.Name));
        foreach (var tool in tools)
        {
            // Schemas that the grammars take, so that a model can be held to them.
            Assert.Null(AnswerForm.JsonSchema(tool.JsonSchema.GetRawText()).Fault());
            Assert.True(tool.ProtocolTool.Annotations!.ReadOnlyHint);
        }
    }

    [Fact]
    public async Task AQuestionIsAnsweredAsOnTheCommandLine()
    {
        var (prompt, shown) = ReadmeTests.FirstCommand();
        Assert.Equal(shown.TrimEnd(), await server.TextAsync("ask", new() { ["prompt"] = prompt }));
        var conversation = new object[] { new { role = "user", content = prompt } };
        Assert.Equal(shown.TrimEnd(), await server.TextAsync("chat", new() { ["messages"] = conversation, ["temperature"] = 0 }));
        Assert.NotEqual(shown.TrimEnd(), await server.TextAsync("ask", new() { ["prompt"] = prompt, ["temperature"] = 3, ["seed"] = 1 }));
    }

    [Fact]
    public async Task AnAnswerIsHeldToItsSchema()
    {
        var schema = JsonNode.Parse("""{"type": "object", "properties": {"severity": {"enum": ["low", "high"]}, "stop": {"type": "boolean"}}, "required": ["severity", "stop"], "additionalProperties": false}""");
        var result = await server.CallAsync("ask", new() { ["prompt"] = "Pump P-3: bearing temperature HIGH 92 C", ["json_schema"] = schema, ["temperature"] = 0 });
        Assert.NotEqual(true, result.IsError);
        Assert.Contains(result.StructuredContent!.Value.GetProperty("severity").GetString(), (string[])["low", "high"]);
        Assert.Equal(result.StructuredContent.Value.GetRawText(), Server.Text(result));
    }

    [Fact]
    public async Task WhatIsCutOffSaysSo()
    {
        var cut = await server.CallAsync("ask", new() { ["prompt"] = "What are you?", ["max_tokens"] = 3 });
        Assert.NotEqual(true, cut.IsError);
        Assert.EndsWith("[cut off after 3 tokens]", Server.Text(cut), StringComparison.Ordinal);
        var half = await server.CallAsync("ask", new() { ["prompt"] = "What are you?", ["max_tokens"] = 3, ["json_schema"] = JsonNode.Parse("""{"type": "string", "minLength": 100}""") });
        Assert.True(half.IsError);
    }

    [Fact]
    public async Task TokensAreCountedAndBoardsSimulated()
    {
        var tokens = CommandLineTests.Run("pump 3 is hot", "tokenize", "demo", "--no-special").Output.Trim().Split(' ').Length;
        Assert.Equal($"{tokens}", await server.TextAsync("count_tokens", new() { ["text"] = "pump 3 is hot" }));
        var printed = CommandLineTests.Run("", "simulate", "--model", "qwen2.5-0.5b", "--board", "kv260", "-p", "64", "--decode-at", "64");
        Assert.Equal(printed.Output.TrimEnd(), await server.TextAsync("simulate", new() { ["board"] = "kv260", ["shape"] = "qwen2.5-0.5b", ["prompt_tokens"] = 64, ["decode_at"] = 64 }));
        Assert.StartsWith("demo on ", await server.TextAsync("simulate", new() { ["board"] = "raspberry-pi-5" }), StringComparison.Ordinal);
    }

    /// <summary>A fault is the result of the call, in the one line that the command would print: whoever made it can mend it.</summary>
    [Theory]
    [InlineData("ask", "{}", "prompt")]
    [InlineData("ask", """{"prompt": 1}""", "prompt")]
    [InlineData("ask", """{"prompt": "x", "top_q": 1}""", "top_q")]
    [InlineData("ask", """{"prompt": "x", "max_tokens": 0}""", "max_tokens")]
    [InlineData("ask", """{"prompt": "x", "temperature": -1}""", "Temperature")]
    [InlineData("ask", """{"prompt": "x", "json_schema": {"type": "array", "items": {"type": "integer"}, "uniqueItems": true}}""", "uniqueItems")]
    [InlineData("chat", """{"messages": []}""", "messages")]
    [InlineData("chat", """{"messages": [{"role": "tool", "content": "x"}]}""", "'tool'")]
    [InlineData("chat", """{"messages": [{"role": "user"}]}""", "messages")]
    [InlineData("simulate", """{"board": "../secret.json"}""", "board")]
    [InlineData("simulate", """{"board": "kv260", "prompt_tokens": 100000}""", "prompt_tokens")]
    public async Task AFaultIsTheResultOfTheCall(string tool, string arguments, string named)
    {
        var result = await server.CallAsync(tool, JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments)!);
        Assert.True(result.IsError);
        var line = Server.Text(result);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public async Task APromptThatDoesNotFitIsAFaultToo()
    {
        var result = await server.CallAsync("ask", new() { ["prompt"] = string.Concat(Enumerable.Repeat("pump ", 2000)) });
        Assert.True(result.IsError);
        Assert.Contains("fewer than the context", Server.Text(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownToolIsAnErrorOfTheProtocol() =>
        Assert.Equal(McpErrorCode.InvalidParams, (await Assert.ThrowsAsync<McpProtocolException>(() => server.CallAsync("write_file", []))).ErrorCode);

    [Fact]
    public async Task CallsAtTheSameTimeAreAllAnswered()
    {
        var (prompt, shown) = ReadmeTests.FirstCommand();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.TextAsync("ask", new() { ["prompt"] = prompt })));
        Assert.All(answers, answer => Assert.Equal(shown.TrimEnd(), answer));
    }

    /// <summary>A call that nobody waits for any more leaves its place to the next.</summary>
    [Fact]
    public async Task ACallThatIsCancelledIsLeft()
    {
        await using var alone = new Server("--parallel", "1");
        await alone.InitializeAsync();
        using var cancellation = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 20).Select(_ => alone.Client.CallToolAsync("ask", new Dictionary<string, object?> { ["prompt"] = "x", ["json_schema"] = JsonNode.Parse("""{"type": "string", "minLength": 10000}""") }, cancellationToken: cancellation.Token).AsTask()).ToList();
        await cancellation.CancelAsync();
        foreach (var call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var (prompt, shown) = ReadmeTests.FirstCommand();
        Assert.Equal(shown.TrimEnd(), await alone.TextAsync("ask", new() { ["prompt"] = prompt }));
    }

    /// <summary>Nothing but the protocol on stdout, and the end of stdin is the end.</summary>
    [Fact]
    public void StdoutHasTheProtocolAndNothingElse()
    {
        using var process = CommandProcess.Start("mcp", "demo");
        process.Input.WriteLine(Initialize);
        process.Input.WriteLine("this is no JSON");
        process.Input.WriteLine("""{"jsonrpc":"2.0","id":2,"method":"tools/list"}""");
        process.Input.Flush();
        var lines = new List<string>();
        while (lines.Count(line => JsonNode.Parse(line)!["id"] is not null) < 2)
            lines.Add(process.Output.ReadLine()!);
        process.Input.Close();
        var end = process.End();
        Assert.Equal((0, ""), (end.ExitCode, end.Output));
        Assert.StartsWith("memory: ", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInterruptEndsIt()
    {
        using var process = CommandProcess.Start("mcp", "demo");
        process.Input.WriteLine(Initialize);
        process.Input.Flush();
        Assert.Contains("temoto", process.Output.ReadLine(), StringComparison.Ordinal);
        process.Interrupt();
        Assert.Equal(130, process.End().ExitCode);
    }

    [Fact]
    public void WhatCannotBeServedIsOneLine()
    {
        var missing = CommandLineTests.Run("", "mcp", "no-such-model.gguf");
        Assert.Equal((2, ""), (missing.ExitCode, missing.Output));
        Assert.Single(missing.Errors.TrimEnd('\n').Split('\n'));
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, default);
        var config = JsonNode.Parse(File.ReadAllText(folder.File("tokenizer_config.json")))!;
        config.AsObject().Remove("chat_template");
        folder.Write("tokenizer_config.json", config.ToJsonString());
        var plain = CommandLineTests.Run("", "mcp", folder.Path);
        Assert.Equal((2, ""), (plain.ExitCode, plain.Output));
        Assert.Contains("no chat template", plain.Errors, StringComparison.Ordinal);
    }

    /// <summary>The command with its client, for all tests of the class.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private readonly CommandProcess process;

        public Server()
            : this([])
        {
        }

        internal Server(params string[] options) => process = CommandProcess.Start(["mcp", "demo", .. options]);

        public McpClient Client { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Client = await McpClient.CreateAsync(new StreamClientTransport(process.Input.BaseStream, process.Output.BaseStream));

        internal Task<CallToolResult> CallAsync(string tool, Dictionary<string, object?> arguments) => Client.CallToolAsync(tool, arguments).AsTask();

        internal async Task<string> TextAsync(string tool, Dictionary<string, object?> arguments)
        {
            var result = await CallAsync(tool, arguments);
            Assert.True(result.IsError != true, Text(result));
            return Text(result);
        }

        internal static string Text(CallToolResult result) => string.Join('\n', result.Content.Cast<TextContentBlock>().Select(block => block.Text));

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            process.Dispose();
        }
    }
}
