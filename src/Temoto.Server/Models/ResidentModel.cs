namespace Temoto.Server.Models;

/// <summary>A model in memory. All but <see cref="Model"/> and <see cref="Bytes"/> is guarded by who keeps it.</summary>
/// <param name="bytes">Weights, activations, caches of keys and values, and what beginnings of prompts may take.</param>
internal sealed class ResidentModel(ServedModel model, long bytes) : IDisposable
{
    public ServedModel Model => model;

    public long Bytes => bytes;

    /// <summary>Requests that hold it.</summary>
    public int Leases { get; set; }

    /// <summary>When it was asked last, in requests.</summary>
    public long Used { get; set; }

    /// <summary>Nobody new gets it; it goes with its last request.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>It is being unloaded.</summary>
    public bool IsGoing { get; set; }

    /// <summary>See <see cref="ModelLease.MustEnd"/>.</summary>
    public CancellationTokenSource MustEnd { get; } = new();

    public void Dispose()
    {
        MustEnd.Dispose();
        model.Dispose();
    }
}
