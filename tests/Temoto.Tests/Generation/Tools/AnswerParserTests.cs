using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation.Tools;

/// <summary>Answers told apart from the prompt to the last part, with a model that says what its script says.</summary>
public sealed class AnswerParserTests : IDisposable
{
    private static readonly ToolDefinition[] Tools = [new("get_weather"), new("get_time")];
    private static readonly ChatMessage[] Question = [new("user", "Weather?")];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ASessionTellsThoughtsTextAndCallsApart()
    {
        ScriptedModel.Write(folder.Path, ScriptedModel.HermesTemplate, ScriptedModel.HermesScript);
        using var model = LanguageModel.Load(folder.Path, new ModelOptions { Threads = 1 });
        var parts = await PartsAsync(model, new ChatOptions { Tools = Tools });
        Assert.Equal("They want the weather.", Text(parts, AnswerPartKind.Reasoning));
        Assert.Equal("Let me look.", Text(parts, AnswerPartKind.Text));
        Assert.Equal(["get_weather", "get_time"], parts.Where(part => part.Kind == AnswerPartKind.CallEnds).Select(part => part.CallName));
        Assert.Equal((AnswerPartKind.End, FinishReason.Stop), (parts[^1].Kind, parts[^1].FinishReason));
        Assert.Equal(19, parts[^1].Statistics!.GeneratedTokens);
        // A prompt without tools has no calls: what looks like one is text.
        Assert.Contains("<tool_call>", Text(await PartsAsync(model, new ChatOptions()), AnswerPartKind.Text), StringComparison.Ordinal);
    }

    /// <summary>Marks that are special tokens are shown to the parser, and to nobody else.</summary>
    [Fact]
    public async Task SpecialMarksAreSeen()
    {
        const string template = "{{ tools is none }}{% for m in messages %}{{ m.content }}{% endfor %}{{ '[TOOL_CALLS]' if not add_generation_prompt }}<|im_start|>assistant\n\n";
        ScriptedModel.Write(folder.Path, template, [('\n', ["Wait.", "[TOOL_CALLS]", "[{\"name\": \"get_weather\",", " \"arguments\": {}}]", "[OTHER]", " Done"])], "[TOOL_CALLS]", "[OTHER]");
        using var model = LanguageModel.Load(folder.Path, new ModelOptions { Threads = 1 });
        var parts = await PartsAsync(model, new ChatOptions { Tools = Tools });
        Assert.Equal("get_weather", Assert.Single(parts, part => part.Kind == AnswerPartKind.CallEnds).CallName);
        Assert.Equal("Wait. Done", Text(parts, AnswerPartKind.Text));
        Assert.Equal("Wait.[{\"name\": \"get_weather\", \"arguments\": {}}] Done", Text(await PartsAsync(model, new ChatOptions()), AnswerPartKind.Text));
    }

    [Fact]
    public async Task ThoughtsMayBeginInThePrompt()
    {
        const string template = "{% for m in messages %}{{ m.content.split('</think>')[-1] }}{% endfor %}<|im_start|>assistant\n<think>\n\n";
        ScriptedModel.Write(folder.Path, template, [('\n', ["So", " be it.", "</think>", "Yes."])]);
        using var model = LanguageModel.Load(folder.Path, new ModelOptions { Threads = 1 });
        var parts = await PartsAsync(model, new ChatOptions());
        Assert.Equal(("So be it.", "Yes."), (Text(parts, AnswerPartKind.Reasoning), Text(parts, AnswerPartKind.Text)));
    }

    /// <summary>The form begins behind the thoughts that the prompt has begun; they cannot end the answer.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFormFollowsThoughtsOfThePrompt(bool special)
    {
        const string template = "{% for m in messages %}{{ m.content.split('</think>')[-1] }}{% endfor %}<|im_start|>assistant\n<think>\n\n";
        string[] script = special ? ["So", " be it.", "</think>", "Yes."] : ["So", " be it.\n</th", "ink>", "Yes."];
        ScriptedModel.Write(folder.Path, template, [('\n', script)], special ? ["</think>"] : []);
        using var model = LanguageModel.Load(folder.Path, new ModelOptions { Threads = 1 });
        var parts = await PartsAsync(model, new ChatOptions(), AnswerForm.OneOf("No.", "Never."));
        Assert.Equal("So be it.", Text(parts, AnswerPartKind.Reasoning));
        Assert.Contains(Text(parts, AnswerPartKind.Text), new[] { "No.", "Never." });
    }

    [Fact]
    public async Task OptionsAreJudgedAtTheCall()
    {
        ScriptedModel.Write(folder.Path, ScriptedModel.HermesTemplate, ScriptedModel.HermesScript);
        using var model = LanguageModel.Load(folder.Path, new ModelOptions { Threads = 1 });
        using var session = model.CreateSession();
        foreach (var (chat, names) in new (ChatOptions, string)[]
        {
            (new() { Tools = [new("a b")] }, "ChatOptions.Tools[0].Name"),
            (new() { Tools = [new("a", null, "[]")] }, "ChatOptions.Tools[0].Parameters"),
            (new() { Tools = [new("a"), new("a")] }, "ChatOptions.Tools[1].Name"),
            (new() { ToolChoice = ToolChoice.Required }, "ChatOptions.ToolChoice"),
            (new() { Tools = Tools, ToolChoice = ToolChoice.Function("x") }, "ChatOptions.ToolChoice"),
        })
            Assert.Contains(names, Assert.ThrowsAny<ArgumentException>(() => session.AnswerAsync(Question, chat)).Message, StringComparison.Ordinal);
        ChatMessage[] bad = [new("assistant", "") { ToolCalls = [new("1", "f", "no JSON")] }];
        Assert.Contains("ChatMessage.ToolCalls", Assert.ThrowsAny<ArgumentException>(() => session.AnswerAsync(bad, new ChatOptions())).Message, StringComparison.Ordinal);
        Assert.Equal(AnswerPartKind.Text, (await PartsAsync(model, new ChatOptions { Thinking = false }))[0].Kind);
    }

    private static async Task<List<AnswerPart>> PartsAsync(LanguageModel model, ChatOptions chat, AnswerForm? form = null)
    {
        using var session = model.CreateSession();
        var parts = new List<AnswerPart>();
        await foreach (var part in session.AnswerAsync(Question, chat, new GenerationOptions { Temperature = 0, Form = form }))
            parts.Add(part);
        return parts;
    }

    private static string Text(List<AnswerPart> parts, AnswerPartKind kind) => string.Concat(parts.Where(part => part.Kind == kind).Select(part => part.Text));
}
