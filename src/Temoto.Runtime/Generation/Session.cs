using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Temoto.Generation;
using Temoto.Generation.Tokenizers;

namespace Temoto;

/// <summary>
/// One conversation: a KV cache that remembers which tokens it holds. A prompt that begins like the last one (a chat that goes on) is computed
/// from the first difference only. Not for several threads at once; take a session per conversation.
/// </summary>
public sealed class Session : IDisposable
{
    private readonly LanguageModel model;
    private readonly KvCache cache;
    private readonly List<int> cachedTokens = [];
    private int busy;

    internal Session(LanguageModel model)
    {
        this.model = model;
        cache = model.Engine.NewCache();
        cachedTokens.Capacity = cache.Context;
    }

    /// <summary>Figures of the last generation, however it ended.</summary>
    public GenerationStatistics Statistics { get; private set; } = new();

    /// <summary>Tokens whose keys and values are held.</summary>
    internal int CachedTokens => cachedTokens.Count;

    /// <summary>Continues a text as it stands, without a chat template. Arguments are judged at the call; one generation at a time.</summary>
    /// <exception cref="ArgumentException">An option cannot be used; the message names the property.</exception>
    /// <exception cref="InputException">The text does not fit the context, or the model has no tokenizer.</exception>
    /// <exception cref="InvalidOperationException">While reading: this session is generating already.</exception>
    public IAsyncEnumerable<string> CompleteAsync(string text, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ThrowIfDisposed();
        var start = Stopwatch.GetTimestamp();
        return Stream(GenerationRequest.Create(model, model.EncodeRaw(text), options, start), cancellationToken);
    }

    /// <summary>Answers a conversation, the last message being the user's. Arguments are judged at the call; one generation at a time.</summary>
    /// <exception cref="ArgumentException">No message, one that is none, or an option that cannot be used; the message names the property.</exception>
    /// <exception cref="InputException">The conversation does not fit the context, or the model has no chat template, or it refuses the messages.</exception>
    /// <exception cref="InvalidOperationException">While reading: this session is generating already.</exception>
    public IAsyncEnumerable<string> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ThrowIfDisposed();
        var start = Stopwatch.GetTimestamp();
        return Stream(GenerationRequest.Create(model, model.EncodeChat(messages), options, start), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => model.Engine.Release(cache);

    /// <summary>
    /// Generates on the calling thread, piece by piece. An empty piece is a token whose text is not decided yet (half a character, the beginning of
    /// a stop text). When it is interrupted, what was held back comes first, then an <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <param name="start">When the call began (a Stopwatch timestamp): the time to the first token counts from here, tokenizing included.</param>
    internal IEnumerable<string> Generate(int[] prompt, GenerationOptions options, long start, CancellationToken cancellation)
    {
        ThrowIfDisposed();
        return Generate(GenerationRequest.Create(model, prompt, options, start), cancellation, cancellation);
    }

    /// <param name="asked">The caller's own token; <paramref name="cancellation"/> also stops what nobody reads on.</param>
    private IEnumerable<string> Generate(GenerationRequest request, CancellationToken cancellation, CancellationToken asked)
    {
        if (Interlocked.Exchange(ref busy, 1) != 0)
            throw new InvalidOperationException("this session is generating already; take another session for another conversation");
        try
        {
            foreach (var piece in GeneratePieces(request, cancellation, asked))
                yield return piece;
        }
        finally
        {
            Volatile.Write(ref busy, 0);
        }
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

    private IEnumerable<string> GeneratePieces(GenerationRequest request, CancellationToken cancellation, CancellationToken asked)
    {
        var (prompt, options, sampling, start) = request;
        var sampler = new Sampler(model.Engine.Config.VocabSize, sampling, options.Seed ?? (ulong)Random.Shared.NextInt64());
        foreach (var token in prompt)
            sampler.AcceptPrompt(token);
        // Only a text that begins here loses SentencePiece's prefix space; one that goes on keeps it.
        var decoder = StreamingDecoder.Create(model.Tokenizer, before: LastOfText(prompt));
        var stops = new StopMatcher(options.Stop);

        var reused = KeepCommonPrefix(prompt);
        var plan = model.Engine.Plan.DecodeFigures;
        var firstToken = start;
        var last = start;
        var generated = 0;
        long bytes = 0;
        var finish = FinishReason.None;
        var input = prompt.AsMemory(reused);
        var single = new int[1];
        try
        {
            while (finish == FinishReason.None)
            {
                if (generated >= options.MaxTokens || cache.Length + input.Length > cache.Context)
                {
                    finish = generated >= options.MaxTokens ? FinishReason.Length : FinishReason.Context;
                    break;
                }
                if (Advance(input.Span, sampler, cancellation) is not { } token)
                {
                    finish = FinishReason.Cancelled;
                    break;
                }
                last = Stopwatch.GetTimestamp();
                if (generated == 0)
                    firstToken = last;
                else
                    bytes += plan.BytesPerToken(cache.Length - 1);
                generated++;
                if (model.EndTokenIds.Contains(token))
                {
                    finish = FinishReason.Stop;
                    break;
                }
                yield return stops.Push(decoder.Push(token).ToString());
                if (stops.Stopped)
                    finish = FinishReason.Stop;
                single[0] = token;
                input = single;
            }
            yield return stops.Push(decoder.Flush().ToString()) + stops.Flush();
            if (finish == FinishReason.Cancelled)
                throw new OperationCanceledException(cancellation);
        }
        finally
        {
            // Also when it was interrupted, perhaps while it waited for its reader, or nobody read on.
            Statistics = new GenerationStatistics
            {
                PromptTokens = prompt.Length,
                ReusedTokens = reused,
                GeneratedTokens = generated,
                TimeToFirstTokenSeconds = Stopwatch.GetElapsedTime(start, firstToken).TotalSeconds,
                DecodeSeconds = Stopwatch.GetElapsedTime(firstToken, last).TotalSeconds,
                WeightBytesPerToken = plan.WeightBytes,
                BytesPerToken = generated > 1 ? bytes / (generated - 1) : plan.BytesPerToken(prompt.Length),
                ContextTokens = cache.Context,
                FinishReason = finish is FinishReason.None or FinishReason.Cancelled ? Unfinished(asked) : finish,
            };
        }
    }

    /// <summary>Computes <paramref name="input"/>; whatever happens, the record of cached tokens stays true. Null where it was interrupted.</summary>
    private int? Advance(ReadOnlySpan<int> input, Sampler sampler, CancellationToken cancellation)
    {
        var before = cache.Length;
        try
        {
            return model.Engine.Next(input, cache, sampler, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            cachedTokens.AddRange(input[..(cache.Length - before)]);
        }
    }

    /// <summary>Forgets the cache from the first token that differs; the last token of the prompt is always computed, for its logits.</summary>
    private int KeepCommonPrefix(int[] prompt)
    {
        var common = 0;
        while (common < cachedTokens.Count && common < prompt.Length - 1 && cachedTokens[common] == prompt[common])
            common++;
        cachedTokens.RemoveRange(common, cachedTokens.Count - common);
        cache.Truncate(common);
        return common;
    }

    private static FinishReason Unfinished(CancellationToken asked) => asked.IsCancellationRequested ? FinishReason.Cancelled : FinishReason.None;

    private void ThrowIfDisposed()
    {
        model.ThrowIfDisposed();
        ObjectDisposedException.ThrowIf(cache.IsDisposed, this);
    }

    /// <summary>Generates on a thread of its own; an abandoned enumeration stops it.</summary>
    internal async IAsyncEnumerable<string> Stream(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateBounded<string>(new BoundedChannelOptions(64) { SingleReader = true, SingleWriter = true });
        // A thread of its own and none of the pool's, which has one per core and is slow to add others: sessions that wait for each other's runs would keep the rest from starting.
        var producer = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    foreach (var piece in Generate(request, stop.Token, cancellation))
                    {
                        if (piece.Length > 0 && !channel.Writer.TryWrite(piece))
                            channel.Writer.WriteAsync(piece, stop.Token).AsTask().GetAwaiter().GetResult();
                    }
                    channel.Writer.Complete();
                }
                catch (Exception error)
                {
                    channel.Writer.Complete(error);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);
        try
        {
            await foreach (var piece in channel.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
                yield return piece;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await producer.ConfigureAwait(false);
        }
    }
}
