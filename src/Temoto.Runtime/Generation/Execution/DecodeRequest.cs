using System.Runtime.ExceptionServices;

namespace Temoto.Generation.Execution;

/// <summary>A session's wish for its next token. Reused: see <see cref="DecodeBatches"/>.</summary>
internal sealed class DecodeRequest
{
    private enum Stage
    {
        Waiting,
        Leads,
        Done,
    }

    private Stage stage;

    /// <summary>The last token, which is not in the cache yet.</summary>
    public int Token { get; private set; }

    public KvCache Cache { get; private set; } = null!;

    public Sampler Sampler { get; private set; } = null!;

    public CancellationToken Cancellation { get; private set; }

    /// <summary>What the sampler drew; meaningless where there is a <see cref="Failure"/>.</summary>
    public int NextToken { get; set; }

    /// <summary>Why there is no token.</summary>
    public Exception? Failure { get; set; }

    public void Set(int token, KvCache cache, Sampler sampler, CancellationToken cancellation)
    {
        stage = Stage.Waiting;
        Token = token;
        Cache = cache;
        Sampler = sampler;
        Cancellation = cancellation;
        Failure = null;
    }

    /// <summary>Holds on to nothing.</summary>
    public void Clear()
    {
        Cache = null!;
        Sampler = null!;
        Cancellation = default;
        Failure = null;
    }

    /// <summary>Waits until it is done (false) or the asking thread is to carry out a run (true).</summary>
    public bool AwaitTurn()
    {
        lock (this)
        {
            while (stage == Stage.Waiting)
                Monitor.Wait(this);
            return stage == Stage.Leads;
        }
    }

    public void Finish() => Wake(Stage.Done);

    public void LetLead() => Wake(Stage.Leads);

    /// <exception cref="OperationCanceledException">It was cancelled, and its cache is as it was.</exception>
    public int Result()
    {
        if (Failure is not null)
            ExceptionDispatchInfo.Throw(Failure);
        return NextToken;
    }

    private void Wake(Stage reached)
    {
        lock (this)
        {
            stage = reached;
            Monitor.Pulse(this);
        }
    }
}
