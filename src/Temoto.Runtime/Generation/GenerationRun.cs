using System.Diagnostics;
using Temoto.Generation.Drafting;
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
    private readonly Drafter? drafter;

    /// <summary>The last token and guesses behind it, of which a run computes the first <see cref="aheadCount"/>.</summary>
    private readonly int[] ahead = [];
    private readonly List<GeneratedPiece> takenAhead = [];
    private int aheadCount;
    private int drawnAhead;
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
        Sampler = new Sampler(memory, sampling, options.Seed ?? (ulong)Random.Shared.NextInt64()) { Form = request.NewForm() };
        foreach (var token in prompt)
            Sampler.AcceptPrompt(token);
        if (options.Draft == DraftChoice.Lookup && model.Engine.MostTogether > 1)
        {
            ahead = new int[model.Engine.MostTogether];
            drafter = new Drafter((int)Math.Min(cache.Keys.Context, prompt.Length + (long)options.MaxTokens), ahead.Length - 1);
            foreach (var token in prompt)
                drafter.AcceptPrompt(token);
        }
        // Only a text that begins here loses SentencePiece's prefix space; one that goes on keeps it.
        decoder = StreamingDecoder.Create(model.Tokenizer, before: LastOfText(prompt), shown: request.ShownTokens);
        stops = new StopMatcher(options.Stop);
        TakeAhead = TakeRow;
        reused = options.ReusePrompt ? cache.CommonPrefix(prompt) : 0;
        cache.Truncate(reused);
        Input = prompt.AsMemory(reused);
        firstToken = last = start;
    }

    public Sampler Sampler { get; }

    /// <summary>What is to be computed before the next token can be drawn: the rest of the prompt, then the last token; behind it there may be guesses (<see cref="LookAhead"/>).</summary>
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
        if (Generated > 0)
            bytes += model.Engine.Plan.DecodeFigures.BytesPerToken(cache.Count - 1);
        return Accept(token);
    }

    /// <summary>Puts guesses behind the last token, as many as are worth computing with it; false where there are none. The text is what it would be without them.</summary>
    public bool LookAhead()
    {
        if (drafter is null || Generated == 0 || Input.Length != 1)
            return false;
        var most = Math.Min(request.Options.MaxTokens - Generated, cache.Keys.Context - cache.Count) - 1;
        var guesses = drafter.Guess(model.Engine.RunSeconds, most);
        if (guesses.IsEmpty || !model.Engine.MayLookAhead(cache.Keys))
            return false;
        ahead[0] = Input.Span[0];
        guesses.CopyTo(ahead.AsSpan(1));
        aheadCount = 1 + guesses.Length;
        Input = ahead.AsMemory(0, aheadCount);
        takenAhead.Clear();
        drawnAhead = 0;
        return true;
    }

    /// <summary>Draws and takes a token from the logits of the next row of a run that looked ahead; false where the guess that follows is wrong, or there is none.</summary>
    public Func<ReadOnlySpan<float>, bool> TakeAhead { get; }

    private bool TakeRow(ReadOnlySpan<float> logits)
    {
        if (drawnAhead++ == 0)
            bytes += model.Engine.Plan.DecodeFigures.BytesPerRun(aheadCount, cache.Count);
        var token = Sampler.Next(logits);
        if (Accept(token) is { } piece)
            takenAhead.Add(piece);
        return Finish == FinishReason.None && drawnAhead < aheadCount && ahead[drawnAhead] == token;
    }

    /// <summary>What a run that looked ahead has given, once its tokens are in the cache.</summary>
    public IReadOnlyList<GeneratedPiece> TakenAhead()
    {
        drafter!.Count(aheadCount - 1, drawnAhead - 1);
        return takenAhead;
    }

    private GeneratedPiece? Accept(int token)
    {
        last = Stopwatch.GetTimestamp();
        if (Generated == 0)
            firstToken = last;
        Generated++;
        drafter?.Take(token);
        if (model.EndTokenIds.Contains(token))
        {
            Finish = FinishReason.Stop;
            return null;
        }
        var text = stops.Push(decoder.Push(token).ToString());
        if (stops.Stopped || Sampler.Form is { IsOver: true })
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
            DraftedTokens = drafter?.Drafted ?? 0,
            AcceptedTokens = drafter?.Accepted ?? 0,
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
