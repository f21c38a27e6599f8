using System.Text.Json;

namespace Temoto.Tests.Generation;

/// <summary>A text is the same whether tokens were computed ahead or not: every id, every logarithm of a probability, every piece.</summary>
public class DraftedTextTests
{
    /// <summary>What is said again: lists, copies, loops.</summary>
    private static readonly string[] Prompts =
    [
        "Summarize:\ncompressor C-5 | running | temperature 61.6 C | pressure 4.5 bar | speed 8.2 m/s",
        "Which machines are running?\nP-1 running\nP-2 running\nP-3 stopped\nP-4 running\nP-5 running",
        "要約してください。\nポンプ P-1 運転中 温度 61.6 ℃ 圧力 4.5 bar 回転数 1200 rpm",
        "Which one is the hottest?\noven NJ-97 temp 61.6 C\noven NJ-98 temp 71.6 C\noven NJ-99 temp 51.6 C",
    ];

    public static TheoryData<GenerationOptions> Ways => new(
        new GenerationOptions { Temperature = 0, MaxTokens = 60 },
        new GenerationOptions { Temperature = 0, MaxTokens = 7, TopLogprobs = 3 },
        new GenerationOptions { Temperature = 1, Seed = 5, MaxTokens = 60 },
        new GenerationOptions { Temperature = 1.5f, TopP = 0.9f, TopK = 40, Seed = 6, MaxTokens = 60, TopLogprobs = 0 },
        new GenerationOptions { Temperature = 0.7f, RepetitionPenalty = 1.2f, FrequencyPenalty = 0.3f, PresencePenalty = 0.1f, Seed = 7, MaxTokens = 60 },
        new GenerationOptions { Temperature = 0, MaxTokens = 60, Stop = ["-2", "℃"] },
        new GenerationOptions { Temperature = 0, MaxTokens = 1 },
        new GenerationOptions { Temperature = 0, MaxTokens = 500 });

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task TheTextIsTheSame(GenerationOptions options)
    {
        using var model = Demo(contextTokens: 200);
        var (drafted, accepted) = (0, 0);
        foreach (var prompt in Prompts)
        {
            var plain = await Generate(model, prompt, options with { Draft = DraftChoice.Off });
            var ahead = await Generate(model, prompt, options with { Draft = DraftChoice.Lookup });
            Assert.Equal(plain.Pieces, ahead.Pieces);
            Assert.Equal((plain.Figures.GeneratedTokens, plain.Figures.FinishReason), (ahead.Figures.GeneratedTokens, ahead.Figures.FinishReason));
            Assert.Equal(0, plain.Figures.DraftedTokens);
            drafted += ahead.Figures.DraftedTokens;
            accepted += ahead.Figures.AcceptedTokens;
        }
        TestContext.Current.SendDiagnosticMessage($"{accepted} of {drafted} accepted");
        Assert.Equal(options.MaxTokens > 1, drafted > 0);
        Assert.InRange(accepted, 0, drafted);
    }

    /// <summary>What a session remembers of its cache stays true: the next prompt goes on from it.</summary>
    [Fact]
    public async Task TheSessionGoesOn()
    {
        using var model = Demo(contextTokens: 400);
        using var one = model.CreateSession();
        using var other = model.CreateSession();
        var text = Prompts[1];
        for (var turn = 0; turn < 3; turn++)
        {
            var plain = await Read(one.CompleteAsync(text, new GenerationOptions { Temperature = 0, MaxTokens = 40, Draft = DraftChoice.Off }, TestContext.Current.CancellationToken));
            var ahead = await Read(other.CompleteAsync(text, new GenerationOptions { Temperature = 0, MaxTokens = 40, Draft = DraftChoice.Lookup }, TestContext.Current.CancellationToken));
            Assert.Equal(plain, ahead);
            Assert.Equal(one.Statistics.ReusedTokens, other.Statistics.ReusedTokens);
            text += ahead + " P-1 running\nP-2";
        }
    }

    /// <summary>Runs are shared by several sessions instead.</summary>
    [Fact]
    public async Task SeveralSessionsTogetherSayTheSame()
    {
        using var model = Demo(contextTokens: 400);
        var options = new GenerationOptions { Temperature = 0, MaxTokens = 40, Draft = DraftChoice.Lookup };
        var alone = new List<string>();
        foreach (var prompt in Prompts)
            alone.Add(string.Concat((await Generate(model, prompt, options)).Pieces));
        var together = await Task.WhenAll(Prompts.Select(prompt => Generate(model, prompt, options)));
        Assert.Equal(alone, together.Select(result => string.Concat(result.Pieces)));
    }

    [Fact]
    public async Task WhoCancelsGetsWhatThereIs()
    {
        using var model = Demo(contextTokens: 400);
        using var cancellation = new CancellationTokenSource();
        using var session = model.CreateSession();
        var ids = new List<int>();
        await foreach (var piece in session.StreamAsync(Chat(model, Prompts[1]), new GenerationOptions { Temperature = 0, MaxTokens = 300, Draft = DraftChoice.Lookup }, cancellation.Token))
        {
            if (piece.TokenId is { } id)
                ids.Add(id);
            if (ids.Count == 6)
                await cancellation.CancelAsync();
        }
        var plain = await Generate(model, Prompts[1], new GenerationOptions { Temperature = 0, MaxTokens = 300, Draft = DraftChoice.Off });
        Assert.Equal(plain.Ids.Take(ids.Count), ids);
        Assert.True(session.CachedTokens <= Chat(model, Prompts[1]).Count + ids.Count, "the cache holds what was said");
    }

    /// <summary>The demo model's held-out prompts, greedy.</summary>
    [Fact]
    public async Task HeldOutPromptsAreAnsweredAlike()
    {
        using var model = Demo(contextTokens: 512);
        var rows = await File.ReadAllLinesAsync(Path.Combine(RepositoryPaths.Root, "models", "demo", "heldout.jsonl"), TestContext.Current.CancellationToken);
        var every = Thoroughness.IsAll ? 1 : 40;
        var (drafted, accepted, generated) = (0, 0, 0);
        foreach (var row in rows.Where((_, index) => index % every == 0))
        {
            using var document = JsonDocument.Parse(row);
            ChatMessage[] messages = [.. document.RootElement.GetProperty("messages").EnumerateArray().Select(message => new ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))];
            var ids = model.TokenizeChat(messages);
            var plain = await Generate(model, ids, new GenerationOptions { Temperature = 0, Draft = DraftChoice.Off });
            var ahead = await Generate(model, ids, new GenerationOptions { Temperature = 0, Draft = DraftChoice.Lookup });
            Assert.Equal(plain.Ids, ahead.Ids);
            (drafted, accepted, generated) = (drafted + ahead.Figures.DraftedTokens, accepted + ahead.Figures.AcceptedTokens, generated + ahead.Figures.GeneratedTokens);
        }
        TestContext.Current.SendDiagnosticMessage($"{rows.Length / every} prompts: {accepted} of {drafted} accepted, {generated} tokens");
        Assert.True(accepted > 0, "nothing was guessed right");
    }

    /// <summary>A trained model goes on with 200 passages of a text it has not seen; four where not everything is checked.</summary>
    [Fact]
    public async Task ARealModelGoesOnAlike()
    {
        var text = await File.ReadAllTextAsync(RepositoryPaths.DataPath("text/wiki.test.raw"), TestContext.Current.CancellationToken);
        using var model = LanguageModel.Load(RepositoryPaths.DataPath("smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf"), new ModelOptions { ContextTokens = 512 });
        model.Engine.Clock = new CountingClock();
        await model.Engine.PrepareTogether();
        var ids = model.Tokenize(text);
        var passages = Thoroughness.IsAll ? 200 : 4;
        var (drafted, accepted) = (0, 0);
        for (var passage = 0; passage < passages; passage++)
        {
            int[] prompt = [.. ids.Skip(passage * 1500).Take(80)];
            var sampled = new GenerationOptions { Temperature = passage % 2, Seed = 3, MaxTokens = 40 };
            var plain = await Generate(model, prompt, sampled with { Draft = DraftChoice.Off });
            var ahead = await Generate(model, prompt, sampled with { Draft = DraftChoice.Lookup });
            Assert.Equal(plain.Ids, ahead.Ids);
            (drafted, accepted) = (drafted + ahead.Figures.DraftedTokens, accepted + ahead.Figures.AcceptedTokens);
        }
        TestContext.Current.SendDiagnosticMessage($"{passages} passages: {accepted} of {drafted} accepted");
        Assert.True(drafted > 0, "nothing was guessed");
    }

    /// <summary>Every run takes as long as every other: as many tokens are computed ahead as there are rows.</summary>
    private static LanguageModel Demo(int contextTokens)
    {
        var model = LanguageModel.Load(Path.Combine(RepositoryPaths.Root, "models", "demo"), new ModelOptions { ContextTokens = contextTokens, Threads = 2 });
        model.Engine.Clock = new CountingClock();
        model.Engine.PrepareTogether().GetAwaiter().GetResult();
        return model;
    }

    private static Task<(List<string> Pieces, List<int> Ids, GenerationStatistics Figures)> Generate(LanguageModel model, string prompt, GenerationOptions options) => Generate(model, Chat(model, prompt), options);

    private static IReadOnlyList<int> Chat(LanguageModel model, string prompt) => model.TokenizeChat([new ChatMessage("user", prompt)]);

    private static async Task<(List<string> Pieces, List<int> Ids, GenerationStatistics Figures)> Generate(LanguageModel model, IReadOnlyList<int> prompt, GenerationOptions options)
    {
        using var session = model.CreateSession();
        var (pieces, ids) = (new List<string>(), new List<int>());
        await foreach (var piece in session.StreamAsync(prompt, options, TestContext.Current.CancellationToken))
        {
            pieces.Add($"{piece.Text} {piece.Logprob} {string.Join(' ', piece.TopLogprobs)}");
            if (piece.TokenId is { } id)
                ids.Add(id);
        }
        return (pieces, ids, session.Statistics);
    }

    private static async Task<string> Read(IAsyncEnumerable<string> pieces)
    {
        var text = new System.Text.StringBuilder();
        await foreach (var piece in pieces)
            text.Append(piece);
        return text.ToString();
    }
}
