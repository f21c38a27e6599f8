using System.Diagnostics;
using Temoto.Generation.Tokenizers;

namespace Temoto.Generation;

/// <summary>
/// A generation, step by step; whoever drives it computes <see cref="Input"/> and gives it the tokens that were drawn. Sessions drive one each, a scheduler many in turn.
/// </summary>
internal sealed class GenerationRun
{
    private readonly LanguageModel model;
    private readonly GenerationRequest request;
    private readonly TokenCache cache;
    private readonly StreamingDecoder decoder;
    private readonly StopMatcher stops;
    private readonly int[] single = new int[1];
    private int reused;
    private long firstToken;
    private long last;
    private long bytes;

    /// <param name="cache">Keeps what the prompt begins with and forgets the rest.</param>
    /// <param name="memory">Cleared, and not used by another meanwhile.</param>
    public GenerationRun(LanguageModel model, GenerationRequest request, TokenCache cache, SamplerMemory memory)
    {
        this.model = model;
        this.request = request;
        this.cache = cache;
        var (prompt, options, sampling, start) = request;
        Sampler = new Sampler(memory, sampling, options.Seed ?? (ulong)Random.Shared.NextInt64());
        foreach (var token in prompt)
            Sampler.AcceptPrompt(token);
        // Only a text that begins here loses SentencePiece's prefix space; one that goes on keeps it.
        decoder = StreamingDecoder.Create(model.Tokenizer, before: LastOfText(prompt));
        stops = new StopMatcher(options.Stop);
        reused = cache.CommonPrefix(prompt);
        cache.Truncate(reused);
        Input = prompt.AsMemory(reused);
        firstToken = last = start;
    }

    public Sampler Sampler { get; }

    /// <summary>What is to be computed before the next token can be drawn: the rest of the prompt, then the last token.</summary>
    public ReadOnlyMemory<int> Input { get; private set; }

    /// <summary>Tokens drawn so far, an end token included.</summary>
    public int Generated { get; private set; }

    public FinishReason Finish { get; private set; }

    /// <summary>Whether there is something to compute; at a limit it is finished instead.</summary>
    public bool GoesOn()
    {
        if (Finish == FinishReason.None && Generated >= request.Options.MaxTokens)
            Finish = FinishReason.Length;
        else if (Finish == FinishReason.None && cache.Count + Input.Length > cache.Keys.Context)
            Finish = FinishReason.Context;
        return Finish == FinishReason.None;
    }

    /// <summary>The first tokens of <see cref="Input"/> are in the cache.</summary>
    public void Computed(int tokens)
    {
        cache.Record(Input.Span[..tokens]);
        Input = Input[tokens..];
    }

    /// <summary>The first tokens of <see cref="Input"/> came into the cache from elsewhere.</summary>
    public void Reuse(int tokens)
    {
        reused += tokens;
        Input = Input[tokens..];
    }

    /// <summary>Ends it before its time.</summary>
    public void Cancel() => Finish = FinishReason.Cancelled;

    /// <summary>Takes a token that was drawn; null where it ends the text.</summary>
    public GeneratedPiece? Take(int token)
    {
        last = Stopwatch.GetTimestamp();
        if (Generated == 0)
            firstToken = last;
        else
            bytes += model.Engine.Plan.DecodeFigures.BytesPerToken(cache.Count - 1);
        Generated++;
        if (model.EndTokenIds.Contains(token))
        {
            Finish = FinishReason.Stop;
            return null;
        }
        var text = stops.Push(decoder.Push(token).ToString());
        if (stops.Stopped)
            Finish = FinishReason.Stop;
        single[0] = token;
        Input = single;
        return new GeneratedPiece { TokenId = token, Text = text, Logprob = Sampler.Drawn?.Logprob, TopLogprobs = Sampler.Top };
    }

    /// <summary>What was held back, and why there is no more.</summary>
    public GeneratedPiece End() => new()
    {
        Text = stops.Push(decoder.Flush().ToString()) + stops.Flush(),
        FinishReason = Finish,
        Statistics = Figures(Finish),
    };

    public GenerationStatistics Figures(FinishReason finish)
    {
        var plan = model.Engine.Plan.DecodeFigures;
        return new GenerationStatistics
        {
            PromptTokens = request.Prompt.Length,
            ReusedTokens = reused,
            GeneratedTokens = Generated,
            TimeToFirstTokenSeconds = Stopwatch.GetElapsedTime(request.Start, firstToken).TotalSeconds,
            DecodeSeconds = Stopwatch.GetElapsedTime(firstToken, last).TotalSeconds,
            WeightBytesPerToken = plan.WeightBytes,
            BytesPerToken = Generated > 1 ? bytes / (Generated - 1) : plan.BytesPerToken(request.Prompt.Length),
            ContextTokens = cache.Keys.Context,
            FinishReason = finish,
        };
    }

    /// <summary>The last id of a prompt that is text; null where there is none.</summary>
    private int? LastOfText(int[] prompt)
    {
        for (var i = prompt.Length - 1; i >= 0; i--)
        {
            if (!model.Tokenizer.IsSpecial(prompt[i]))
                return prompt[i];
        }
        return null;
    }
}
