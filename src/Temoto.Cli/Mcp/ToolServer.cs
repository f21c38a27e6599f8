using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Temoto.Extensions.AI;
using Temoto.Server;

namespace Temoto.Cli.Mcp;

/// <summary>The server: it lists the tools and calls them, several at a time, until its input ends.</summary>
internal static class ToolServer
{
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static async Task RunAsync(LanguageModel model, string name, int maxTokens, int? parallel, CancellationToken cancellation)
    {
        using var client = new TemotoChatClient(model, new TemotoChatClientOptions { ModelId = name, MaxSessions = parallel });
        ModelTool[] tools = [.. AnswerTools.Of(client, maxTokens), CountTool.Of(model), SimulateTool.Of(model, name)];
        var options = new McpServerOptions
        {
            ServerInfo = new Implementation { Name = "temoto", Version = TemotoServer.Version },
            ServerInstructions = FormattableString.Invariant($"The language model {name} ({model.Info.ModelType}, {model.Info.ParameterCount / 1e6:0.0} M parameters, a context of {model.Info.ContextTokens} tokens), which runs on this machine."),
            Handlers = new McpServerHandlers
            {
                ListToolsHandler = (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = [.. tools.Select(tool => tool.Listed())] }),
                CallToolHandler = (request, stop) => CallAsync(tools, request.Params, stop),
            },
        };
        await using var transport = new StdioServerTransport(options);
        await using var server = McpServer.Create(transport, options);
        await server.RunAsync(cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>What a call does wrong is its result: the model that made it can mend it.</summary>
    private static async ValueTask<CallToolResult> CallAsync(ModelTool[] tools, CallToolRequestParams? call, CancellationToken stop)
    {
        var tool = tools.FirstOrDefault(tool => tool.Name == call?.Name)
            ?? throw new McpProtocolException($"no tool has the name '{call?.Name}'; expected {string.Join(", ", tools.Select(tool => tool.Name))}", McpErrorCode.InvalidParams);
        try
        {
            return await tool.Call(new ToolArguments(tool.Name, call?.Arguments ?? new Dictionary<string, JsonElement>(), tool.Schema), stop);
        }
        catch (Exception error) when (error is InputException or ArgumentException or NotSupportedException)
        {
            return ModelTool.Fault(error.Message);
        }
    }
}
