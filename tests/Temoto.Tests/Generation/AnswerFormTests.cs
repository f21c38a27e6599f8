using System.Text.Json;
using System.Text.Json.Serialization;

namespace Temoto.Tests.Generation;

public sealed partial class AnswerFormTests
{
    private static readonly string Demo = Path.Combine(RepositoryPaths.Root, "models", "demo");

    /// <summary>Alone, in a batch and with guesses computed ahead: the same text, and of the form.</summary>
    [Fact]
    public async Task AFormHoldsHoweverTheTextIsComputed()
    {
        using var model = LanguageModel.Load(Demo);
        var options = new GenerationOptions { Form = AnswerForm.JsonSchema("""{"type": "array", "items": {"enum": ["pump", "fan"]}, "minItems": 3, "maxItems": 5}"""), Temperature = 0, MaxTokens = 60 };
        var alone = await TextAsync(model, options);
        var together = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => TextAsync(model, options)));
        var ahead = await TextAsync(model, options with { Draft = DraftChoice.Lookup });

        Assert.InRange(JsonElement.Parse(alone).GetArrayLength(), 3, 5);
        Assert.All(together, text => Assert.Equal(alone, text));
        Assert.Equal(alone, ahead);
    }

    [Fact]
    public async Task ATextEndsWhereNothingCanFollow()
    {
        using var model = LanguageModel.Load(Demo);
        using var session = model.CreateSession();
        var text = "";
        await foreach (var piece in session.CompleteAsync("The pump", new GenerationOptions { Form = AnswerForm.OneOf(" runs", " stands still"), Temperature = 0 }))
            text += piece;

        Assert.Contains(text, new[] { " runs", " stands still" });
        Assert.Equal(FinishReason.Stop, session.Statistics.FinishReason);
    }

    [Fact]
    public void FormsAreEqualByValueAndSayWhatIsWrongWithThem()
    {
        Assert.Equal(AnswerForm.JsonSchema("{}"), AnswerForm.JsonSchema("{}"));
        Assert.NotEqual(AnswerForm.JsonSchema("{}"), AnswerForm.Gbnf("{}"));
        Assert.Null(AnswerForm.Json.Fault());
        Assert.Contains("uniqueItems", AnswerForm.JsonSchema("""{"type": "array", "uniqueItems": true}""").Fault()!.Message);
        using var model = LanguageModel.Load(Demo);
        using var session = model.CreateSession();
        var error = Assert.Throws<InputException>(() => session.CompleteAsync("x", new GenerationOptions { Form = AnswerForm.Expression("(") }));
        Assert.Contains("expected", error.Message);
    }

    [Fact]
    public async Task AnAnswerIsReadAsItsType()
    {
        using var model = LanguageModel.Load(Demo);
        var alarm = await model.GenerateAsync("Pump P-3 is hot.", AlarmContext.Default.Alarm, new GenerationOptions { Temperature = 0, MaxTokens = 200 });

        Assert.NotNull(alarm.Machine);
        Assert.InRange(alarm.Severity, Severity.Low, Severity.High);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => model.GenerateAsync("Pump P-3 is hot.", AlarmContext.Default.Alarm, new GenerationOptions { Temperature = 0, MaxTokens = 2 }));
        Assert.Contains("MaxTokens", error.Message);
    }

    internal enum Severity
    {
        Low,
        High,
    }

    internal sealed record Alarm(string Machine, Severity Severity, bool Urgent, int? Count);

    [JsonSourceGenerationOptions(UseStringEnumConverter = true)]
    [JsonSerializable(typeof(Alarm))]
    internal sealed partial class AlarmContext : JsonSerializerContext;

    private static async Task<string> TextAsync(LanguageModel model, GenerationOptions options)
    {
        var text = "";
        await foreach (var piece in model.GenerateAsync("Name some machines.", options))
            text += piece;
        return text;
    }
}
