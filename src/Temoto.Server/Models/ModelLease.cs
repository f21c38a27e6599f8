namespace Temoto.Server.Models;

/// <summary>A model that stays loaded until this is disposed.</summary>
internal sealed class ModelLease(ServedModels models, ResidentModel resident) : IDisposable
{
    private int isOver;

    public ServedModel Model => resident.Model;

    /// <summary>Set when the model has been on its way out for as long as a request may take: a client that reads too slowly keeps nobody waiting for ever.</summary>
    public CancellationToken MustEnd { get; } = resident.MustEnd.Token;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isOver, 1) == 0)
            models.Release(resident);
    }
}
