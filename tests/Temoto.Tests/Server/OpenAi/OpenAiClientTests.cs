using System.ClientModel;
using OpenAI;
using OpenAI.Chat;

namespace Temoto.Tests.Server.OpenAi;

/// <summary>OpenAI's own client for .NET, unchanged.</summary>
public sealed class OpenAiClientTests(DemoServer server) : IClassFixture<DemoServer>
{
    private static readonly ApiKeyCredential AnyKey = new("any");

    private readonly OpenAIClientOptions options = new() { Endpoint = new Uri(server.Demo.Server.Url, "v1"), NetworkTimeout = Timeout.InfiniteTimeSpan };

    private ChatClient Chat => new("demo", AnyKey, options);

    [Fact]
    public async Task ItChats()
    {
        ChatCompletion answer = await Chat.CompleteChatAsync(
            [new SystemChatMessage("You are a pump."), new UserChatMessage("What are you?")],
            new ChatCompletionOptions { MaxOutputTokenCount = 8, IncludeLogProbabilities = true, TopLogProbabilityCount = 2 });
        Assert.Equal(OpenAI.Chat.ChatFinishReason.Length, answer.FinishReason);
        Assert.NotEmpty(answer.Content[0].Text);
        Assert.Equal(8, answer.Usage.OutputTokenCount);
        Assert.Equal(8, answer.ContentTokenLogProbabilities.Count);
        Assert.All(answer.ContentTokenLogProbabilities, token => Assert.Equal(2, token.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task ItStreamsWhatItWouldGetWhole()
    {
        var settings = new ChatCompletionOptions { MaxOutputTokenCount = 12 };
        ChatCompletion whole = await Chat.CompleteChatAsync([new UserChatMessage("What are you?")], settings);
        var text = "";
        ChatTokenUsage? usage = null;
        ChatFinishReason? reason = null;
        await foreach (var update in Chat.CompleteChatStreamingAsync([new UserChatMessage("What are you?")], settings))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            usage ??= update.Usage;
            reason ??= update.FinishReason;
        }
        Assert.Equal(whole.Content[0].Text, text);
        Assert.Equal(whole.FinishReason, reason);
        Assert.Equal(whole.Usage.TotalTokenCount, usage!.TotalTokenCount);
    }

    [Fact]
    public async Task ItListsModelsAndReadsErrors()
    {
        var models = new OpenAIClient(AnyKey, options).GetOpenAIModelClient();
        Assert.Equal("demo", Assert.Single((await models.GetModelsAsync()).Value).Id);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => models.GetModelAsync("none"));
        Assert.Equal(404, error.Status);
        Assert.Contains("model_not_found", error.Message, StringComparison.Ordinal);
    }
}
