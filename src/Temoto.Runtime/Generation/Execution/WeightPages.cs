using Temoto.Formats.Checkpoints;
using Temoto.Kernels.Integers.Panels;
using Temoto.Models;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>
/// Maps the pages of a model's matrices on a thread of its own while the model is planned and bound. Otherwise the threads that compute the first token meet a page fault every
/// 64 KiB, and wait for each other in the kernel. Only what every token reads: an embedding table that is not the output matrix too stays unread, and unmapped, but for its rows.
/// </summary>
internal static class WeightPages
{
    public static void Begin(Checkpoint checkpoint, ModelOptions options) =>
        Task.Factory.StartNew(() => KernelPreparation.Quietly(() => Map(checkpoint, options)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Map(Checkpoint checkpoint, ModelOptions options)
    {
        // Weights that are laid out in panels are read once, for that. Others need not wait for the kernels.
        var repacks = new Lazy<bool>(() => LaidPanels.AreWanted(options, KernelPreparation.IntegersOf(options)));
        foreach (var op in Architecture.Build(checkpoint.Config, checkpoint.Path).Ops)
        {
            if (op is LinearOp linear && checkpoint.Tensors.TryGetValue(linear.Weight, out var weight) && !(PanelProducts.Takes(weight) && repacks.Value))
                weight.MapPages();
        }
    }
}
