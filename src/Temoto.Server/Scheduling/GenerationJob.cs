using System.Diagnostics;
using Temoto.Generation;

namespace Temoto.Server.Scheduling;

/// <summary>A text that waits for a slot, or has one.</summary>
internal sealed class GenerationJob(GenerationGroup group, int index, GenerationRequest request)
{
    public GenerationGroup Group => group;

    public string Key => group.Key;

    public GenerationRequest Request => request;

    public CancellationToken Cancellation => group.Cancellation;

    /// <summary>A Stopwatch timestamp.</summary>
    public long Submitted { get; } = Stopwatch.GetTimestamp();

    public void Write(GeneratedPiece piece) => group.Write(index, piece);

    public void Finish() => group.Finish();
}
