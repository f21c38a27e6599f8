using Temoto.Formats.Checkpoints;
using Temoto.Kernels;
using Temoto.Kernels.Integers;
using Temoto.Kernels.Integers.Panels;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>
/// Compiles and tests kernels on a thread of its own while a model is opened, planned and bound: on the way to the first token, compiling wide kernels takes longer than anything else,
/// and they cannot be compiled ahead of time. Whoever needs a kernel before it is ready waits for it.
/// </summary>
internal static class KernelPreparation
{
    /// <summary>Begins with what every model needs.</summary>
    public static Task Begin(ModelOptions options) =>
        options.Precise ? Task.CompletedTask : Task.Factory.StartNew(
            () => Quietly(() => KernelChooser.Choose(options.Kernels, floatProducts: false)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Goes on with the products that this model's weights need.</summary>
    public static void Continue(Task begun, ModelOptions options, Checkpoint checkpoint)
    {
        _ = begun.ContinueWith(
            _ => Quietly(() =>
            {
                if (IntegersOf(options) is not { } integers)
                    return;
                foreach (var tensor in checkpoint.Tensors.Values)
                {
                    if (tensor.Shape.Length > 1 && IntegerDot.Takes(tensor))
                        Prepare(integers, tensor, options);
                }
            }),
            TaskScheduler.Default);
    }

    /// <summary>The products that integer weights will meet; null where activations stay floats. Waits for the kernels.</summary>
    /// <exception cref="OptionException">There are no such kernels.</exception>
    public static IntegerDot? IntegersOf(ModelOptions options)
    {
        if (options.Precise || options.Activations == ActivationType.F32)
            return null;
        var kernels = KernelChooser.Choose(options.Kernels, floatProducts: false);
        return kernels.PrefersIntegers || options.Activations == ActivationType.Int8 ? kernels.Integers : null;
    }

    private static void Prepare(IntegerDot integers, Tensor tensor, ModelOptions options)
    {
        if (LaidPanels.AreWanted(options, integers) && PanelProducts.Takes(tensor) && tensor.Encoded is null)
            integers.PreparePanels(tensor);
        else
            integers.Prepare(tensor);
    }

    /// <summary>What goes wrong here goes wrong again where it is asked for, and is told of there.</summary>
    public static void Quietly(Action prepare)
    {
        try
        {
            prepare();
        }
        catch (Exception error) when (error is InputException or OptionException)
        {
        }
    }
}
