using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation;

/// <summary>Generation from token ids, told token by token.</summary>
public sealed class SessionStreamTests : IDisposable
{
    private static readonly GenerationOptions Greedy = new() { MaxTokens = 12, Temperature = 0 };

    private readonly TemporaryFolder folder = new();
    private readonly LanguageModel model;

    public SessionStreamTests()
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, default);
        model = LanguageModel.Load(folder.Path, new ModelOptions { Threads = 2 });
    }

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task ThePiecesAreTheTextAndTheLastOneSaysWhy()
    {
        var text = "";
        using (var plain = model.CreateSession())
        {
            await foreach (var piece in plain.CompleteAsync("The pump", Greedy))
                text += piece;
        }
        var pieces = await StreamAsync(Greedy);
        Assert.Equal(text, string.Concat(pieces.Select(piece => piece.Text)));
        Assert.Equal(12, pieces.Count(piece => piece.TokenId is not null));
        Assert.All(pieces.SkipLast(1), piece => Assert.Equal((FinishReason.None, null), (piece.FinishReason, piece.Statistics)));
        Assert.Equal((FinishReason.Length, (int?)null), (pieces[^1].FinishReason, pieces[^1].TokenId));
        Assert.Equal(12, pieces[^1].Statistics!.GeneratedTokens);
    }

    /// <summary>Against the logits of the same prompt, summed in double.</summary>
    [Fact]
    public async Task LogprobsAreThoseOfTheModelAndTheLikeliestComeFirst()
    {
        var pieces = await StreamAsync(Greedy with { TopLogprobs = 5, Temperature = 0.7f, Seed = 3 });
        foreach (var piece in pieces.SkipLast(1))
        {
            Assert.Equal(5, piece.TopLogprobs.Count);
            Assert.Equal(piece.TopLogprobs.OrderByDescending(top => top.Logprob).Select(top => top.TokenId), piece.TopLogprobs.Select(top => top.TokenId));
            Assert.InRange(piece.Logprob!.Value, float.MinValue, piece.TopLogprobs[0].Logprob);
            if (piece.TopLogprobs.FirstOrDefault(top => top.TokenId == piece.TokenId) is { Logprob: < 0 } same)
                Assert.Equal(same.Logprob, piece.Logprob.Value);
        }
        var all = await StreamAsync(Greedy with { TopLogprobs = 20, MaxTokens = 1 });
        Assert.Equal(all[0].TopLogprobs[0], new TokenLogprob(all[0].TokenId!.Value, all[0].Logprob!.Value));
        Assert.InRange(all[0].TopLogprobs.Sum(top => Math.Exp(top.Logprob)), 0.0, 1.0);
        Assert.Empty((await StreamAsync(Greedy))[0].TopLogprobs);
        Assert.Null((await StreamAsync(Greedy))[0].Logprob);
    }

    [Fact]
    public async Task ALogitBiasForbidsAndForces()
    {
        var first = (await StreamAsync(Greedy))[0].TokenId!.Value;
        var without = await StreamAsync(Greedy with { LogitBias = new Dictionary<int, float> { [first] = -100 } });
        Assert.DoesNotContain(without, piece => piece.TokenId == first);
        var only = await StreamAsync(Greedy with { LogitBias = new Dictionary<int, float> { [300] = 100 } });
        Assert.All(only.SkipLast(1), piece => Assert.Equal(300, piece.TokenId));
    }

    [Fact]
    public async Task CancellingKeepsWhatWasGenerated()
    {
        using var session = model.CreateSession();
        using var cancellation = new CancellationTokenSource();
        var pieces = new List<GeneratedPiece>();
        await foreach (var piece in session.StreamAsync(model.Tokenize("The pump"), Greedy with { MaxTokens = 100 }, cancellation.Token))
        {
            pieces.Add(piece);
            if (pieces.Count == 3)
                await cancellation.CancelAsync();
        }
        var last = pieces[^1];
        Assert.Equal(FinishReason.Cancelled, last.FinishReason);
        Assert.Equal(pieces.Count(piece => piece.TokenId is not null), last.Statistics!.GeneratedTokens);
        Assert.InRange(last.Statistics.GeneratedTokens, 3, 99);
        Assert.Equal(FinishReason.Cancelled, session.Statistics.FinishReason);
        // The session goes on as if nothing had been.
        Assert.Equal((await StreamAsync(Greedy)).Select(piece => piece.TokenId), (await CollectAsync(session.StreamAsync(model.Tokenize("The pump"), Greedy))).Select(piece => piece.TokenId));
    }

    [Fact]
    public void WhatCannotBeUsedIsNamed()
    {
        using var session = model.CreateSession();
        var vocab = model.Info.VocabSize;
        Assert.Contains("prompt", Assert.ThrowsAny<ArgumentException>(() => session.StreamAsync([vocab])).Message, StringComparison.Ordinal);
        Assert.Contains("prompt", Assert.ThrowsAny<ArgumentException>(() => session.StreamAsync([-1])).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => session.StreamAsync([]));
        foreach (var options in new[] { Greedy with { TopLogprobs = 21 }, Greedy with { TopLogprobs = -1 } })
            Assert.Contains("TopLogprobs", Assert.ThrowsAny<ArgumentException>(() => session.StreamAsync([1], options)).Message, StringComparison.Ordinal);
        foreach (var (id, bias) in new[] { (vocab, 1f), (-1, 1f), (1, 101f), (1, float.NaN) })
        {
            var options = Greedy with { LogitBias = new Dictionary<int, float> { [id] = bias } };
            Assert.Contains("LogitBias", Assert.ThrowsAny<ArgumentException>(() => session.StreamAsync([1], options)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TokenBytesAreTheTextsBytes()
    {
        const string text = "Pump P-7: 81.4 °C, 手元";
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(text), model.Tokenize(text).SelectMany(model.TokenBytes));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.TokenBytes(1 << 30));
    }

    private Task<List<GeneratedPiece>> StreamAsync(GenerationOptions options) => StreamAsync(model, "The pump", options);

    private static async Task<List<GeneratedPiece>> StreamAsync(LanguageModel model, string prompt, GenerationOptions options)
    {
        using var session = model.CreateSession();
        return await CollectAsync(session.StreamAsync(model.Tokenize(prompt), options));
    }

    private static async Task<List<GeneratedPiece>> CollectAsync(IAsyncEnumerable<GeneratedPiece> pieces)
    {
        var all = new List<GeneratedPiece>();
        await foreach (var piece in pieces)
            all.Add(piece);
        return all;
    }
}
