using System.Threading.Channels;
using Temoto.Generation;
using Temoto.Server.Http;

namespace Temoto.Server.Scheduling;

/// <summary>A piece of one of the texts that a request asked for.</summary>
/// <param name="Index">Which of them, from 0.</param>
internal readonly record struct GroupPiece(int Index, GeneratedPiece Piece);

/// <summary>
/// The texts of one request, each of which takes a slot of its own: their pieces come as they are generated, in any order among the texts. Its reader is never waited for: pieces of a
/// text that the context bounds are kept until they are read. Disposing it cancels what is not done.
/// </summary>
internal sealed class GenerationGroup : IDisposable
{
    private readonly Scheduler scheduler;
    private readonly Channel<GroupPiece> pieces = Channel.CreateUnbounded<GroupPiece>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource cancellation = new();
    private int unfinished;

    /// <param name="key">Who asks, for fairness.</param>
    public GenerationGroup(Scheduler scheduler, string key, IReadOnlyList<GenerationRequest> requests)
    {
        this.scheduler = scheduler;
        Key = key;
        unfinished = requests.Count;
        Jobs = [.. requests.Select((request, index) => new GenerationJob(this, index, request))];
    }

    public string Key { get; }

    public IReadOnlyList<GenerationJob> Jobs { get; }

    public CancellationToken Cancellation => cancellation.Token;

    /// <summary>All pieces of all texts, the last of each with its figures.</summary>
    /// <exception cref="RequestException">One of them failed, or was turned away while it waited; the others are cancelled.</exception>
    public IAsyncEnumerable<GroupPiece> ReadAllAsync(CancellationToken cancellationToken = default) => pieces.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Frees what it holds: at once what waits, after the run at hand what has a slot.</summary>
    public void Cancel()
    {
        if (cancellation.IsCancellationRequested)
            return;
        // In this order: whose turn comes in between would be given a slot, only to be cancelled there.
        scheduler.Forget(this);
        cancellation.Cancel();
    }

    public void Dispose() => Cancel();

    public void Write(int index, GeneratedPiece piece) => pieces.Writer.TryWrite(new GroupPiece(index, piece));

    /// <summary>One of the texts has its last piece.</summary>
    public void Finish()
    {
        if (Interlocked.Decrement(ref unfinished) == 0)
            pieces.Writer.TryComplete();
    }

    public void Fail(Exception error)
    {
        pieces.Writer.TryComplete(error);
        Cancel();
    }
}
