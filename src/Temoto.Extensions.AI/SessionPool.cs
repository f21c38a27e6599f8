namespace Temoto.Extensions.AI;

/// <summary>
/// The sessions of a client: one for each call under way, kept for the calls to come. A call takes the session whose conversation it goes on with; if there is none a new one, as long as there may
/// be one; else the one that shares most messages with it, of those alike the one that has rested longest.
/// </summary>
/// <param name="model">Whose sessions they are.</param>
/// <param name="most">How many there may be.</param>
/// <param name="ownsModel">The model is disposed with the last session.</param>
internal sealed class SessionPool(LanguageModel model, int most, bool ownsModel) : IDisposable
{
    /// <summary>Where nobody says how many.</summary>
    private const int MostUnasked = 4;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim room = new(most, most);
    private readonly CancellationTokenSource closing = new();

    /// <summary>Those that no call uses, the longest rested first.</summary>
    private readonly List<Idle> idle = [];

    /// <summary>Sessions, used and idle.</summary>
    private int count;
    private bool disposed;

    private sealed record Idle(Session Session, IReadOnlyList<ChatMessage> Messages);

    /// <summary>Cancelled when the pool is disposed.</summary>
    public CancellationToken Closing => closing.Token;

    /// <summary>As many as half of the memory that the model leaves free holds, within bounds.</summary>
    public static int Fitting(MemoryPlan memory)
    {
        var others = (memory.AvailableBytes - memory.TotalBytes) / 2 / Math.Max(memory.KvBytes, 1);
        return 1 + (int)Math.Clamp(others, 0, MostUnasked - 1);
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(disposed, typeof(TemotoChatClient));

    /// <summary>Waits until there is room. Who takes a session gives it back.</summary>
    public async Task<Session> TakeAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellation)
    {
        await room.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            lock (gate)
            {
                ThrowIfDisposed();
                var best = idle.Count == 0 ? null : idle.MaxBy(candidate => Shared(candidate.Messages, messages));
                if (best is null || (count < most && Shared(best.Messages, messages) < best.Messages.Count))
                {
                    var session = model.CreateSession();
                    count++;
                    return session;
                }
                idle.Remove(best);
                return best.Session;
            }
        }
        catch
        {
            room.Release();
            throw;
        }
    }

    /// <param name="messages">What it was asked last.</param>
    public void Return(Session session, IReadOnlyList<ChatMessage> messages)
    {
        lock (gate)
        {
            if (!disposed)
            {
                idle.Add(new Idle(session, messages));
            }
            else
            {
                End(session);
                DisposeModelBehindTheLast();
            }
        }
        room.Release();
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
            foreach (var candidate in idle)
                End(candidate.Session);
            idle.Clear();
            DisposeModelBehindTheLast();
        }
        closing.Cancel();
    }

    private void End(Session session)
    {
        session.Dispose();
        count--;
    }

    private void DisposeModelBehindTheLast()
    {
        if (ownsModel && count == 0)
            model.Dispose();
    }

    /// <summary>How many messages two conversations begin with alike.</summary>
    private static int Shared(IReadOnlyList<ChatMessage> one, IReadOnlyList<ChatMessage> other)
    {
        var shared = 0;
        while (shared < one.Count && shared < other.Count && AreAlike(one[shared], other[shared]))
            shared++;
        return shared;
    }

    private static bool AreAlike(ChatMessage one, ChatMessage other) =>
        (one.Role, one.Content, one.ToolCallId, one.Reasoning) == (other.Role, other.Content, other.ToolCallId, other.Reasoning) && one.ToolCalls.SequenceEqual(other.ToolCalls);
}
