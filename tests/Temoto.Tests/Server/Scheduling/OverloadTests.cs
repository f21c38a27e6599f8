using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Temoto.Server;
using Temoto.Server.Scheduling;

namespace Temoto.Tests.Server.Scheduling;

/// <summary>More clients than places: each is answered whole or told to come again, and those that leave leave nothing behind.</summary>
public sealed class OverloadTests
{
    private const string Path = "/v1/chat/completions";
    private const int Clients = 40;

    private static readonly string[] Questions = ["What are you?", "Say it again", "Fan 3 stopped", "What is a bearing?"];

    [Fact]
    public async Task EveryRequestEndsInItsWholeAnswerOrIn429()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { Slots = 2, Scheduler = new SchedulerSettings { QueueLength = 6 } });
        var expected = await ExpectedAsync(server);
        for (var round = 0; round < Thoroughness.Cases(1); round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
            {
                using var response = await server.PostAsync(Path, Body(client % Questions.Length, stream: false));
                var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
                return (response.StatusCode, Text: response.IsSuccessStatusCode ? ChatText.Of(answer) : null, Client: client);
            }));
            Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{answer.StatusCode}"));
            Assert.All(answers.Where(answer => answer.Text is not null), answer => Assert.Equal(expected[answer.Client % Questions.Length], answer.Text));
            // Who found a place was answered: at least slots and queue hold.
            Assert.InRange(answers.Count(answer => answer.Text is not null), 8, Clients);
        }
        await server.AwaitIdleAsync();
    }

    [Fact]
    public async Task ClientsThatLeaveAtAnyTimeLeaveNothingBehind()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { Slots = 2, Scheduler = new SchedulerSettings { QueueLength = Clients } });
        var expected = await ExpectedAsync(server);
        var random = new Random(3);
        for (var round = 0; round < Thoroughness.Cases(1); round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => LeaveAsync(server, client % Questions.Length, random.Next(4), random.Next(2) == 0)));
            await server.AwaitIdleAsync();
            Assert.Equal(0, server.Scheduler.QueueCount);
            for (var question = 0; question < Questions.Length; question++)
                Assert.Equal(expected[question], ChatText.Of((await server.AskAsync(Path, Body(question, stream: false))).Answer));
        }
    }

    private static Task LeaveAsync(ServerUnderTest server, int question, int pieces, bool stream) => LeavingClient.AskAsync(
        gone => server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(Body(question, stream)) }, HttpCompletionOption.ResponseHeadersRead, gone), pieces);

    private static async Task<List<string>> ExpectedAsync(ServerUnderTest server)
    {
        var texts = new List<string>();
        for (var question = 0; question < Questions.Length; question++)
            texts.Add(ChatText.Of((await server.AskAsync(Path, Body(question, stream: false))).Answer));
        return texts;
    }

    private static string Body(int question, bool stream) =>
        JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = Questions[question] } }, max_tokens = 12, stream });
}
