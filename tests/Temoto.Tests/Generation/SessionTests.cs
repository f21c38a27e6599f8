using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation;

public class SessionTests
{
    private static readonly GenerationOptions Greedy = new() { MaxTokens = 24, Temperature = 0 };

    private static LanguageModel LoadTiny(TemporaryFolder folder, ModelOptions? options = null)
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, default);
        return LanguageModel.Load(folder.Path, options ?? new ModelOptions { Threads = 2 });
    }

    private static async Task<string> CollectAsync(IAsyncEnumerable<string> pieces)
    {
        var text = "";
        await foreach (var piece in pieces)
            text += piece;
        return text;
    }

    /// <summary>The same text in a session of its own.</summary>
    private static async Task<string> FreshAsync(LanguageModel model, string prompt, GenerationOptions options)
    {
        using var session = model.CreateSession();
        return await CollectAsync(session.CompleteAsync(prompt, options));
    }

    [Fact]
    public async Task TheKnownStoryComesOutWordForWord()
    {
        using var model = LanguageModel.Load(RepositoryPaths.DataPath("stories260k/stories260K.bin"));
        using var session = model.CreateSession();
        var text = await CollectAsync(session.CompleteAsync("", Greedy with { MaxTokens = 200 }));
        Assert.StartsWith("Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball", text, StringComparison.Ordinal);
        Assert.Equal(200, session.Statistics.GeneratedTokens);
        Assert.Equal(FinishReason.Length, session.Statistics.FinishReason);
    }

    [Theory]
    [InlineData("scalar")]
    [InlineData("auto")]
    public async Task EveryKernelSetTellsTheSameStory(string kernels)
    {
        var path = RepositoryPaths.DataPath("stories260k/stories260K.bin");
        using var precise = LanguageModel.Load(path, new ModelOptions { Precise = true });
        using var model = LanguageModel.Load(path, new ModelOptions { Kernels = kernels });
        var options = Greedy with { MaxTokens = 80 };
        Assert.Equal(await FreshAsync(precise, "Lily", options), await FreshAsync(model, "Lily", options));
    }

    [Fact]
    public async Task TheSameSeedGivesTheSameText()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        var options = new GenerationOptions { MaxTokens = 30, Temperature = 1, Seed = 5 };
        var first = await FreshAsync(model, "pump", options);
        Assert.Equal(first, await FreshAsync(model, "pump", options));
        Assert.NotEqual(first, await FreshAsync(model, "pump", options with { Seed = 6 }));
    }

    [Fact]
    public async Task APromptThatGoesOnReusesWhatWasComputed()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder, new ModelOptions { Precise = true });
        using var session = model.CreateSession();
        await CollectAsync(session.CompleteAsync("The pump is", Greedy));
        Assert.Equal(0, session.Statistics.ReusedTokens);
        var continued = await CollectAsync(session.CompleteAsync("The pump is hot and", Greedy));
        Assert.Equal(model.CountTokens("The pump is"), session.Statistics.ReusedTokens);
        var again = await CollectAsync(session.CompleteAsync("The pump is hot and", Greedy));
        Assert.Equal(session.Statistics.PromptTokens - 1, session.Statistics.ReusedTokens);
        var fresh = await FreshAsync(model, "The pump is hot and", Greedy);
        Assert.Equal(fresh, continued);
        Assert.Equal(fresh, again);
    }

    [Fact]
    public async Task SessionsOfOneModelRunAtTheSameTimeWithoutMixing()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        string[] prompts = ["pump", "valve", "motor", "belt", "oven", "press"];
        var expected = new List<string>();
        foreach (var prompt in prompts)
            expected.Add(await FreshAsync(model, prompt, Greedy));
        var together = await Task.WhenAll(prompts.Select(prompt => Task.Run(() => FreshAsync(model, prompt, Greedy))));
        Assert.Equal(expected, together);
        Assert.True(expected.Distinct().Count() > 1, "different prompts should give different texts");
    }

    [Fact]
    public async Task CancellationEndsTheGenerationAndTheSessionLives()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        using var session = model.CreateSession();
        using var cancellation = new CancellationTokenSource();
        var pieces = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var piece in session.CompleteAsync("pump", Greedy with { MaxTokens = 200 }, cancellation.Token))
            {
                if (++pieces == 3)
                    await cancellation.CancelAsync();
            }
        });
        Assert.Equal(FinishReason.Cancelled, session.Statistics.FinishReason);
        Assert.Equal(await FreshAsync(model, "pump", Greedy), await CollectAsync(session.CompleteAsync("pump", Greedy)));
    }

    [Fact]
    public async Task AnAbandonedEnumerationFreesTheSession()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        using var session = model.CreateSession();
        await foreach (var piece in session.CompleteAsync("pump", Greedy with { MaxTokens = 200 }))
            break;
        Assert.Equal(FinishReason.None, session.Statistics.FinishReason);
        Assert.Equal(await FreshAsync(model, "pump", Greedy), await CollectAsync(session.CompleteAsync("pump", Greedy)));
    }

    [Fact]
    public async Task AChatGoesThroughTheTemplate()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        Assert.True(model.HasChatTemplate);
        using var session = model.CreateSession();
        var answer = await CollectAsync(session.ChatAsync([new ChatMessage("user", "pump")], Greedy));
        Assert.True(session.Statistics.PromptTokens > model.CountTokens("pump"));
        Assert.Equal(answer, await CollectAsync(model.GenerateAsync("pump", Greedy)));
    }

    [Fact]
    public void TwoGenerationsInOneSessionAreRefused()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        using var session = model.CreateSession();
        using var first = session.Generate([1, 2, 3], Greedy, 0, default).GetEnumerator();
        Assert.True(first.MoveNext());
        using var second = session.Generate([1, 2, 3], Greedy, 0, default).GetEnumerator();
        Assert.Throws<InvalidOperationException>(() => second.MoveNext());
    }

    [Fact]
    public async Task AStopTextEndsTheGenerationBeforeIt()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        var whole = await FreshAsync(model, "pump", Greedy);
        Assert.True(whole.Length > 8);
        var stop = whole.Substring(5, 3);
        using var session = model.CreateSession();
        var cut = await CollectAsync(session.CompleteAsync("pump", Greedy with { Stop = [stop] }));
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], cut);
        Assert.Equal(FinishReason.Stop, session.Statistics.FinishReason);
    }

    [Fact]
    public async Task TheContextEndsTheGeneration()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder, new ModelOptions { ContextTokens = 16 });
        using var session = model.CreateSession();
        await CollectAsync(session.CompleteAsync("pump", Greedy with { MaxTokens = 1000 }));
        // The last token is drawn from a full cache and never enters it.
        Assert.Equal(16 - session.Statistics.PromptTokens + 1, session.Statistics.GeneratedTokens);
        Assert.Equal((FinishReason.Context, 16), (session.Statistics.FinishReason, session.Statistics.ContextTokens));
        var room = session.Statistics.GeneratedTokens;
        await CollectAsync(session.CompleteAsync("pump", Greedy with { MaxTokens = room }));
        Assert.Equal(FinishReason.Length, session.Statistics.FinishReason);
    }

    /// <summary>Advice that can be followed: a longer context only where the model takes one.</summary>
    [Theory]
    [InlineData(16, "raise ModelOptions.ContextTokens (this model takes up to 256)", "all that")]
    [InlineData(256, "256 tokens are all that this model takes", "raise")]
    public void APromptThatDoesNotFitIsToldWhatIsPossible(int context, string says, string saysNot)
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder, new ModelOptions { ContextTokens = context });
        using var session = model.CreateSession();
        // At the call, before anything is read.
        var error = Assert.Throws<InputException>(() => { session.CompleteAsync(new string('x', 600), Greedy); });
        Assert.Contains($"context of {context}", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(saysNot, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnImpossibleContextIsRefusedWithTheLimit()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.ThrowsAny<ArgumentException>(() => LoadTiny(folder, new ModelOptions { ContextTokens = 1_000_000_000 }));
        Assert.Contains("max_position_embeddings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMemoryPlanThatDoesNotFitIsRefusedBeforeAnythingIsAllocated()
    {
        using var folder = new TemporaryFolder();
        var config = ModelShapes.Get("tiny-qwen2") with { MaxPositionEmbeddings = 1 << 26, NumKeyValueHeads = 4, NumHiddenLayers = 8, HeadDim = 256, ModelType = "llama" };
        // Keys and values of 2^26 positions: 2 x 8 x 4 x 256 x 4 bytes each, 4.4 TB.
        SeededCheckpoint.Write(config, 11, folder.Path, DType.BF16, null, default);
        MemoryPlan? plan = null;
        var error = Assert.Throws<InputException>(() => LanguageModel.Load(folder.Path, new ModelOptions { ContextTokens = 1 << 26, KvCache = KvCacheType.F32, MemoryPlanned = p => plan = p }));
        Assert.NotNull(plan);
        Assert.True(plan.TotalBytes > plan.AvailableBytes);
        Assert.Contains("KV cache", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposingASessionWhileItGeneratesEndsTheGeneration()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var session = model.CreateSession();
            var generation = Task.Run(() => CollectAsync(session.CompleteAsync("pump", Greedy with { MaxTokens = 200 })));
            if (attempt % 2 == 1)
                await Task.Delay(1);
            session.Dispose();
            // It may have been done before; otherwise it ends with an error, never with freed memory under the kernels.
            await Task.WhenAny(generation);
            Assert.True(generation.IsCompletedSuccessfully || generation.Exception?.InnerException is ObjectDisposedException, generation.Exception?.ToString());
        }
        Assert.NotEmpty(await FreshAsync(model, "pump", Greedy));
    }

    [Fact]
    public async Task AnInterruptedPrefillLeavesTheSessionUsable()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        using var session = model.CreateSession();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CollectAsync(session.CompleteAsync("pump", Greedy, new CancellationToken(true))));
        Assert.Throws<OperationCanceledException>(() => session.Generate([1, 2, 3], Greedy, 0, new CancellationToken(true)).Count());
        Assert.Equal(FinishReason.Cancelled, session.Statistics.FinishReason);
        Assert.Equal(await FreshAsync(model, "pump", Greedy), await CollectAsync(session.CompleteAsync("pump", Greedy)));
    }

    /// <summary>What was held back as the possible beginning of a stop text is part of what was generated.</summary>
    [Fact]
    public async Task AnInterruptGivesOutWhatWasHeldBack()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        var whole = await FreshAsync(model, "pump", Greedy);
        using var session = model.CreateSession();
        using var cancellation = new CancellationTokenSource();
        // Begins like the text and never ends like it: all of the text is held back.
        var options = Greedy with { Stop = [whole + "\0"], MaxTokens = 200, Draft = DraftChoice.Off };
        var text = "";
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var piece in session.Generate(model.EncodeRaw("pump"), options, 0, cancellation.Token))
            {
                text += piece;
                if (session.CachedTokens == model.EncodeRaw("pump").Length + 5)
                    cancellation.Cancel();
            }
        });
        Assert.Equal(await FreshAsync(model, "pump", Greedy with { MaxTokens = 6 }), text);
    }

    [Fact]
    public async Task ATokenTheModelDoesNotKnowIsRefused()
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, default);
        var tokenizer = File.ReadAllText(folder.File("tokenizer.json"));
        // More tokens than the embedding has rows: they are numbered on behind the vocabulary.
        var more = string.Join(", ", Enumerable.Range(0, 400).Select(i => $"{{\"id\": {i}, \"content\": \"<extra{i}>\", \"special\": true}}"));
        File.WriteAllText(folder.File("tokenizer.json"), tokenizer.Replace("\"added_tokens\":", $"\"added_tokens\": [{more}], \"was\":", StringComparison.Ordinal));
        using var model = LanguageModel.Load(folder.Path);
        using var session = model.CreateSession();
        var error = await Assert.ThrowsAsync<InputException>(() => CollectAsync(session.CompleteAsync("a <extra399> b", Greedy)));
        Assert.Contains("('<extra399>') in the prompt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyStopTextIsRefused()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        using var session = model.CreateSession();
        var error = Assert.ThrowsAny<ArgumentException>(() => { session.CompleteAsync("pump", Greedy with { Stop = [""] }); });
        Assert.StartsWith("GenerationOptions.Stop: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MessagesThatAreNoneAreArgumentErrors()
    {
        using var folder = new TemporaryFolder();
        using var model = LoadTiny(folder);
        using var session = model.CreateSession();
        foreach (var (says, messages) in new (string, ChatMessage[])[]
        {
            ("no messages", []),
            ("message 1 is null", [new("user", "pump"), null!]),
            ("ChatMessage.Role of message 0", [new("", "pump")]),
            ("ChatMessage.Role of message 0", [new(null!, "pump")]),
            ("ChatMessage.Content of message 1", [new("user", "pump"), new("user", null!)]),
        })
        {
            var error = Assert.Throws<ArgumentException>("messages", () => { session.ChatAsync(messages); });
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
        Assert.Throws<ArgumentNullException>("messages", () => { session.ChatAsync(null!); });
        Assert.Throws<ArgumentNullException>("text", () => { session.CompleteAsync(null!); });
    }

    /// <summary>The usual chain of roles without an else: what it does not know it passes over.</summary>
    [Fact]
    public async Task ARoleTheTemplatePassesOverIsRefused()
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, default);
        var file = Directory.GetFiles(folder.Path).Single(name => File.ReadAllText(name).Contains("chat_template", StringComparison.Ordinal));
        var settings = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(file))!;
        settings["chat_template"] = "{% for m in messages %}{% if m.role == 'user' %}<u>{{ m.content }}{% elif m.role == 'critic' %}<c>{{ m.content | trim }}{% endif %}{% endfor %}<a>";
        File.WriteAllText(file, settings.ToJsonString());
        using var model = LanguageModel.Load(folder.Path);
        using var session = model.CreateSession();
        var error = Assert.Throws<ArgumentException>("messages", () => { session.ChatAsync([new("user", "a"), new("usr", "pump")]); });
        Assert.Contains("'usr'", error.Message, StringComparison.Ordinal);
        await CollectAsync(session.ChatAsync([new("user", "a"), new("critic", " pump ")], Greedy with { MaxTokens = 1 }));
    }

    [Fact]
    public async Task WhatWasDisposedSaysSoByItsPublicName()
    {
        using var folder = new TemporaryFolder();
        var model = LoadTiny(folder);
        var session = model.CreateSession();
        var begun = session.CompleteAsync("pump", Greedy);
        session.Dispose();
        Assert.Equal("Temoto.Session", Assert.Throws<ObjectDisposedException>(() => { session.CompleteAsync("pump"); }).ObjectName);
        Assert.Equal("Temoto.Session", Assert.Throws<ObjectDisposedException>(() => { session.ChatAsync([new("user", "pump")]); }).ObjectName);
        Assert.Equal("Temoto.Session", (await Assert.ThrowsAsync<ObjectDisposedException>(() => CollectAsync(begun))).ObjectName);
        using var other = model.CreateSession();
        var late = other.CompleteAsync("pump", Greedy);
        model.Dispose();
        Assert.Equal("Temoto.LanguageModel", (await Assert.ThrowsAsync<ObjectDisposedException>(() => CollectAsync(late))).ObjectName);
        foreach (var use in new Action[] { () => other.CompleteAsync("x"), () => model.CreateSession(), () => model.GenerateAsync("x"), () => model.Tokenize("x"), () => model.Detokenize([1]), () => model.CountTokens("x") })
            Assert.Equal("Temoto.LanguageModel", Assert.Throws<ObjectDisposedException>(use).ObjectName);
    }

    [Fact]
    public async Task TheInt8CacheStaysCloseToTheFloatCache()
    {
        using var model = LanguageModel.Load(RepositoryPaths.DataPath("stories260k/stories260K.bin"), new ModelOptions { KvCache = KvCacheType.Int8 });
        var text = await FreshAsync(model, "Once upon a time", Greedy);
        Assert.StartsWith(", there was a little girl named", text, StringComparison.Ordinal);
    }
}
