using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Temoto.Generation;
using Temoto.Generation.Tools;

namespace Temoto;

/// <summary>
/// One conversation: a KV cache that remembers which tokens it holds. A prompt that begins like the last one (a chat that goes on) is computed
/// from the first difference only. Not for several threads at once; take a session per conversation.
/// </summary>
public sealed class Session : IDisposable
{
    private readonly LanguageModel model;
    private readonly TokenCache cache;
    private readonly SamplerMemory sampling;
    private int busy;

    internal Session(LanguageModel model)
    {
        this.model = model;
        cache = new TokenCache(model.Engine.NewCache());
        sampling = new SamplerMemory(model.Engine.Config.VocabSize);
    }

    /// <summary>Figures of the last generation, however it ended.</summary>
    public GenerationStatistics Statistics { get; private set; } = new();

    /// <summary>Tokens whose keys and values are held.</summary>
    internal int CachedTokens => cache.Count;

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

    /// <summary>
    /// Answers a conversation with tools: text, thoughts and calls as they come, each told apart, and a last part that says why there is no more. Who calls is the program; a message with the calls and
    /// one of the role tool for each go back with the next conversation. Cancelling ends the stream with that last part; it throws nothing. Arguments are judged at the call; one generation at a time.
    /// </summary>
    /// <exception cref="ArgumentException">No message, one that is none, or an option that cannot be used; the message names it.</exception>
    /// <exception cref="InputException">The conversation does not fit the context, or the model has no chat template, or it refuses the messages.</exception>
    /// <exception cref="InvalidOperationException">While reading: this session is generating already.</exception>
    public IAsyncEnumerable<AnswerPart> AnswerAsync(IReadOnlyList<ChatMessage> messages, ChatOptions chat, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(chat);
        ThrowIfDisposed();
        var start = Stopwatch.GetTimestamp();
        var prompt = model.PrepareChat(messages, chat);
        return Parts(prompt.NewParser(), GenerationRequest.Create(model, prompt, options, start), cancellationToken);
    }

    /// <summary>
    /// Continues a prompt of token ids (see <see cref="LanguageModel.Tokenize"/> and <see cref="LanguageModel.TokenizeChat(IReadOnlyList{ChatMessage})"/>), a piece for every token and a last one that says why there is no
    /// more. Cancelling ends the stream with that piece, <see cref="FinishReason.Cancelled"/>, behind all that was generated; it throws nothing. Arguments are judged at the call; one generation at a time.
    /// </summary>
    /// <exception cref="ArgumentException">An option or a token id cannot be used; the message names it.</exception>
    /// <exception cref="InputException">The prompt has no token, or does not fit the context.</exception>
    /// <exception cref="InvalidOperationException">While reading: this session is generating already.</exception>
    public IAsyncEnumerable<GeneratedPiece> StreamAsync(IReadOnlyList<int> prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ThrowIfDisposed();
        var start = Stopwatch.GetTimestamp();
        return StreamPieces(GenerationRequest.Create(model, [.. prompt], options, start), cancellationThrows: false, cancellationToken);
    }

    private async IAsyncEnumerable<AnswerPart> Parts(AnswerParser parser, GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var piece in StreamPieces(request, cancellationThrows: false, cancellation).ConfigureAwait(false))
        {
            foreach (var part in parser.Push(piece.Text))
                yield return part;
            if (piece.Statistics is null)
                continue;
            foreach (var part in parser.End())
                yield return part;
            yield return new AnswerPart(AnswerPartKind.End) { FinishReason = piece.FinishReason, Statistics = piece.Statistics };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => model.Engine.Release(cache.Keys);

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

    /// <summary>Likewise, of a request.</summary>
    internal IEnumerable<string> Generate(GenerationRequest request, CancellationToken cancellation)
    {
        ThrowIfDisposed();
        return Generate(request, cancellation, cancellation);
    }

    /// <param name="asked">The caller's own token; <paramref name="cancellation"/> also stops what nobody reads on.</param>
    private IEnumerable<string> Generate(GenerationRequest request, CancellationToken cancellation, CancellationToken asked)
    {
        foreach (var piece in GeneratePieces(request, cancellation, asked))
        {
            yield return piece.Text;
            if (piece.FinishReason == FinishReason.Cancelled)
                throw new OperationCanceledException(cancellation);
        }
    }

    private IEnumerable<GeneratedPiece> GeneratePieces(GenerationRequest request, CancellationToken cancellation, CancellationToken asked)
    {
        if (Interlocked.Exchange(ref busy, 1) != 0)
            throw new InvalidOperationException("this session is generating already; take another session for another conversation");
        try
        {
            var run = new GenerationRun(model, request, cache, sampling.Cleared());
            try
            {
                while (run.GoesOn())
                {
                    if (Advance(run, cancellation) is not { } pieces)
                    {
                        run.Cancel();
                        break;
                    }
                    foreach (var piece in pieces)
                        yield return piece;
                }
                yield return run.End();
            }
            finally
            {
                // Also when it was interrupted, perhaps while it waited for its reader, or nobody read on.
                Statistics = run.Figures(run.Finish is FinishReason.None or FinishReason.Cancelled ? Unfinished(asked) : run.Finish);
            }
        }
        finally
        {
            Volatile.Write(ref busy, 0);
        }
    }

    /// <summary>
    /// Computes what is to be computed, with guesses at what follows where they pay, and gives the pieces that came of it. Whatever happens, the record of cached tokens stays true. Null where it was
    /// interrupted.
    /// </summary>
    private IReadOnlyList<GeneratedPiece>? Advance(GenerationRun run, CancellationToken cancellation)
    {
        var looksAhead = run.LookAhead();
        var input = run.Input;
        var token = 0;
        try
        {
            if (looksAhead)
                model.Engine.Verify(input.Span, cache.Keys, run.TakeAhead, cancellation);
            else
                token = model.Engine.Next(input.Span, cache.Keys, run.Sampler, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            cache.Record(input.Span);
        }
        if (looksAhead)
            return run.TakenAhead();
        return run.Take(token) is { } piece ? [piece] : [];
    }

    private static FinishReason Unfinished(CancellationToken asked) => asked.IsCancellationRequested ? FinishReason.Cancelled : FinishReason.None;

    private void ThrowIfDisposed()
    {
        model.ThrowIfDisposed();
        ObjectDisposedException.ThrowIf(cache.Keys.IsDisposed, this);
    }

    /// <summary>Generates on a thread of its own; an abandoned enumeration stops it.</summary>
    internal async IAsyncEnumerable<string> Stream(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var piece in StreamPieces(request, cancellationThrows: true, cancellation).ConfigureAwait(false))
        {
            if (piece.Text.Length > 0)
                yield return piece.Text;
        }
    }

    /// <param name="cancellationThrows">At once, whatever has come by then; else all that was generated comes first, and the last piece says so.</param>
    private async IAsyncEnumerable<GeneratedPiece> StreamPieces(GenerationRequest request, bool cancellationThrows, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var left = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, left.Token);
        var wait = cancellationThrows ? stop.Token : left.Token;
        var channel = Channel.CreateBounded<GeneratedPiece>(new BoundedChannelOptions(64) { SingleReader = true, SingleWriter = true });
        // A thread of its own and none of the pool's, which has one per core and is slow to add others: sessions that wait for each other's runs would keep the rest from starting.
        var producer = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    foreach (var piece in GeneratePieces(request, stop.Token, cancellation))
                    {
                        if (!channel.Writer.TryWrite(piece))
                            channel.Writer.WriteAsync(piece, wait).AsTask().GetAwaiter().GetResult();
                        if (cancellationThrows && piece.FinishReason == FinishReason.Cancelled)
                            throw new OperationCanceledException(stop.Token);
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
            await foreach (var piece in channel.Reader.ReadAllAsync(cancellationThrows ? cancellation : CancellationToken.None).ConfigureAwait(false))
                yield return piece;
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false);
            await producer.ConfigureAwait(false);
        }
    }
}
