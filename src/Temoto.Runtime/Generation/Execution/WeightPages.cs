using Temoto.Formats.Checkpoints;
using Temoto.Models;
using Temoto.Plans;
using Temoto.Tensors.Panels;

namespace Temoto.Generation.Execution;

/// <summary>
/// Maps the pages of a model's matrices on a thread of its own while the model is planned and bound. Otherwise the threads that compute the first token meet a page fault every
/// 64 KiB, and wait for each other in the kernel. Only what every token reads: an embedding table that is not the output matrix too stays unread, and unmapped, but for its rows.
/// </summary>
internal static class WeightPages
{
    /// <param name="repacks">Weights that can lie in panels are read once, for that.</param>
    public static void Begin(Checkpoint checkpoint, bool repacks) => Task.Factory.StartNew(() => Map(checkpoint, repacks), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Map(Checkpoint checkpoint, bool repacks)
    {
        try
        {
            foreach (var op in Architecture.Build(checkpoint.Config, checkpoint.Path).Ops)
            {
                if (op is LinearOp linear && checkpoint.Tensors.TryGetValue(linear.Weight, out var weight) && !(repacks && PanelLayout.Of(weight) is not null))
                    weight.MapPages();
            }
        }
        catch (InputException)
        {
            // The load ends with the same line.
        }
    }
}
