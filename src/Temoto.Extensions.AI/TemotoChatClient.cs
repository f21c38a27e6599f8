using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Ai = Microsoft.Extensions.AI;

namespace Temoto.Extensions.AI;

/// <summary>
/// A chat client of a model that runs in this process. Safe to use from several threads: calls at the same time are computed together. It keeps no conversation, but what a call computed is used
/// again by one whose messages go on from it.
/// </summary>
/// <example>
/// <code>
/// using IChatClient client = TemotoChatClient.Load("path/to/checkpoint");
/// Console.WriteLine(await client.GetResponseAsync("What is a bearing?"));
/// </code>
/// </example>
public sealed class TemotoChatClient : IChatClient
{
    private readonly LanguageModel model;
    private readonly SessionPool sessions;
    private readonly ChatClientMetadata metadata;

    /// <summary>A client of a model that somebody else disposes, after the client.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="TemotoChatClientOptions.MaxSessions"/> is below 1.</exception>
    public TemotoChatClient(LanguageModel model, TemotoChatClientOptions? options = null)
        : this(model, options, ownsModel: false)
    {
    }

    private TemotoChatClient(LanguageModel model, TemotoChatClientOptions? options, bool ownsModel)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(options?.MaxSessions ?? 1, 1, $"{nameof(TemotoChatClientOptions)}.{nameof(TemotoChatClientOptions.MaxSessions)}");
        this.model = model;
        ModelId = options?.ModelId ?? ModelName.Of(model.Info.Path);
        sessions = new SessionPool(model, options?.MaxSessions ?? SessionPool.Fitting(model.Info.Memory), ownsModel);
        metadata = new ChatClientMetadata(ModelName.Provider, providerUri: null, ModelId);
    }

    /// <summary>The model's name in answers.</summary>
    public string ModelId { get; }

    /// <summary>Loads a model, as <see cref="LanguageModel.Load(string, ModelOptions)"/> does, and disposes it with the client.</summary>
    /// <exception cref="ArgumentException">An option cannot be used; the message names the property.</exception>
    /// <exception cref="InputException">The checkpoint cannot be used; the message says why and what to do.</exception>
    public static TemotoChatClient Load(string path, ModelOptions? model = null, TemotoChatClientOptions? options = null)
    {
        var loaded = LanguageModel.Load(path, model);
        try
        {
            return new TemotoChatClient(loaded, options, ownsModel: true);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>The model's whole answer: its text, thoughts and calls of tools, why it ended, and its usage.</summary>
    /// <exception cref="ArgumentException">A message or an option that cannot be used; the message names it.</exception>
    /// <exception cref="NotSupportedException">A message or an option asks for what this client cannot do.</exception>
    /// <exception cref="InputException">The conversation does not fit the context, the model has no chat template or it refuses the messages, or the schema cannot be held to.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled: generation has stopped.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<Ai.ChatMessage> messages, Ai.ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// The model's answer as it is generated. A call of a tool comes when it is whole; the last update has the usage and the reason of the end. Messages and options are judged at the call, what the
    /// model has to say to them while reading. Reading no further stops the model.
    /// </summary>
    /// <exception cref="ArgumentException">A message or an option that cannot be used; the message names it.</exception>
    /// <exception cref="NotSupportedException">A message or an option asks for what this client cannot do.</exception>
    /// <exception cref="InputException">While reading: the conversation does not fit the context, the model has no chat template or it refuses the messages, or the schema cannot be held to.</exception>
    /// <exception cref="OperationCanceledException">While reading: the token was cancelled; generation has stopped.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<Ai.ChatMessage> messages, Ai.ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        sessions.ThrowIfDisposed();
        return AnswerAsync(ChatRequest.Read(messages, options, this), cancellationToken);
    }

    /// <summary>This client, its <see cref="ChatClientMetadata"/>, or the <see cref="LanguageModel"/> behind it; null for all else.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null) => Services.Find(serviceType, serviceKey, this, metadata, model);

    /// <summary>Stops calls under way, which end with an <see cref="ObjectDisposedException"/>. A model that the client loaded is disposed with the last of them.</summary>
    public void Dispose() => sessions.Dispose();

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, sessions.Closing);
        var session = await TakeAsync(request, stop.Token, cancellationToken).ConfigureAwait(false);
        try
        {
            // Tokenizing a long prompt, or making a schema ready, is nothing for the thread of a window.
            var parts = await Task.Run(() => session.AnswerAsync(request.Messages, request.Chat, request.Generation, stop.Token), CancellationToken.None).ConfigureAwait(false);
            var updates = new AnswerUpdates(ModelId, request.TellsThoughts);
            await foreach (var part in parts.ConfigureAwait(false))
            {
                if (stop.IsCancellationRequested)
                    throw Stopped(cancellationToken);
                if (updates.Of(part) is { } update)
                    yield return update;
            }
        }
        finally
        {
            sessions.Return(session, request.Messages);
        }
    }

    private async Task<Session> TakeAsync(ChatRequest request, CancellationToken stop, CancellationToken asked)
    {
        try
        {
            return await sessions.TakeAsync(request.Messages, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw Stopped(asked);
        }
    }

    private Exception Stopped(CancellationToken asked) =>
        asked.IsCancellationRequested ? new OperationCanceledException(asked) : new ObjectDisposedException(GetType().FullName);
}
