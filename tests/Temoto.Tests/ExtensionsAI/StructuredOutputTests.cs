using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Ai = Microsoft.Extensions.AI;

namespace Temoto.Tests.ExtensionsAI;

/// <summary>Microsoft.Extensions.AI's own GetResponseAsync of a type: what the model writes is of the type, whatever it would rather say.</summary>
public sealed class StructuredOutputTests(DemoChat demo) : IClassFixture<DemoChat>
{
    private static readonly JsonSerializerOptions Json = new(AIJsonUtilities.DefaultOptions) { Converters = { new JsonStringEnumConverter() } };

    private enum Severity
    {
        Low,
        High,
    }

    private sealed record Reading(int Value, bool IsHigh);

    private sealed record Alarm(Severity Severity, Reading Reading, Severity[] Others);

    [Theory]
    [InlineData(0f)]
    [InlineData(2f)]
    public async Task AnAnswerIsOfItsType(float temperature)
    {
        using var client = demo.NewClient();
        for (var seed = 0; seed < 5; seed++)
        {
            var answer = await client.GetResponseAsync<Alarm>("Pump P-3: bearing temperature HIGH 92 C", Json, new Ai.ChatOptions { Temperature = temperature, Seed = seed, StopSequences = [] });
            // A list or a number may go on for ever; all else is whole.
            if (answer.FinishReason == ChatFinishReason.Length)
                continue;
            Assert.True(answer.TryGetResult(out var alarm), answer.Text);
            Assert.NotNull(alarm.Reading);
        }
    }

    [Fact]
    public async Task ATypeThatIsNoObjectIsWrapped()
    {
        using var client = demo.NewClient();
        Assert.True(Enum.IsDefined((await client.GetResponseAsync<Severity>("Pump P-3: bearing temperature HIGH 92 C", Json, new Ai.ChatOptions { Temperature = 0 })).Result));
    }

    [Fact]
    public async Task JsonWithoutASchemaIsAnObject()
    {
        using var client = demo.NewClient();
        var answer = await client.GetResponseAsync("Pump P-3: bearing temperature HIGH 92 C", new Ai.ChatOptions { Temperature = 0, ResponseFormat = ChatResponseFormat.Json });
        Assert.StartsWith("{", answer.Text, StringComparison.Ordinal);
        if (answer.FinishReason == ChatFinishReason.Stop)
            Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(answer.Text).RootElement.ValueKind);
    }

    [Fact]
    public async Task ASchemaThatCannotBeHeldToIsNamed()
    {
        using var client = demo.NewClient();
        using var schema = JsonDocument.Parse("""{"type": "array", "items": {"type": "integer"}, "uniqueItems": true}""");
        var options = new Ai.ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema.RootElement) };
        Assert.Contains("uniqueItems", (await Assert.ThrowsAsync<InputException>(() => client.GetResponseAsync("x", options))).Message, StringComparison.Ordinal);
    }
}
