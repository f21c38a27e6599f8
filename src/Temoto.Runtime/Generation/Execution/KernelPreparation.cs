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
        if (options.Precise)
            return;
        _ = begun.ContinueWith(
            _ => Quietly(() =>
            {
                var integers = IntegersOf(options);
                var matrices = checkpoint.Tensors.Values.Where(tensor => tensor.Shape.Length > 1);
                if (integers is not null && matrices.Any(IntegerDot.Takes))
                {
                    foreach (var tensor in matrices.Where(IntegerDot.Takes))
                        Prepare(integers, tensor, options);
                }
                else if (matrices.FirstOrDefault() is { } matrix)
                {
                    PrepareFloats(options, matrix.DType);
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

    /// <summary>Products of floats are compiled by their test, rows of halves by one token that meets one.</summary>
    private static unsafe void PrepareFloats(ModelOptions options, DType dtype)
    {
        const int columns = 64;
        var kernels = KernelChooser.Choose(options.Kernels);
        if (dtype is not (DType.BF16 or DType.F16))
            return;
        using var memory = new NativeBuffer(dtype.RowBytes(columns));
        using var values = new NativeBuffer((columns + 1) * sizeof(float));
        using var scratch = new NativeBuffer(kernels.MatMulScratchFloats(columns, 1) * sizeof(float));
        var weight = new Tensor("preparation", dtype, [1, columns], memory.Data, memory.ByteLength, memory);
        kernels.DecodeRow(weight, 0, values.Floats);
        kernels.MatMul(weight, 0, 1, null, values.Floats, 1, values.Floats + columns, 1, scratch.Floats);
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
