using Temoto.Formats.Config;
using Temoto.Kernels.Codebooks;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Mixtures;

/// <summary>
/// Experts of a layer that lie together in a file, columns of gate and up in turn: gate_up_proj [experts, inputs, 2 * width] and down_proj [experts, width, outputs], transposed against what operations read, each with its
/// bias. Or as MXFP4, not transposed: *_blocks U8 [experts, outputs, inputs / 32, 16], two codes of a block's 32 in a byte, the first in the low nibble, and *_scales U8 [experts, outputs, inputs / 32], exponents plus 127.
/// </summary>
/// <param name="file">Its tensors.</param>
/// <param name="front">In front of names of the layer's experts.</param>
internal sealed unsafe class StackedExperts(IReadOnlyDictionary<string, Tensor> file, string front, ModelConfig config)
{
    /// <summary>In front of the names of experts within a layer, in files and among ours.</summary>
    public const string Front = "mlp.experts.";

    private const string GateUp = "gate_up_proj", Down = "down_proj", Bias = "_bias", Blocks = "_blocks", Scales = "_scales";

    /// <summary>Of MXFP4: columns of a block, and bytes of their codes.</summary>
    private const int BlockColumns = 32, CodeBytes = 16;

    private readonly int experts = config.Experts!.NumExperts;
    private readonly int width = config.Experts.IntermediateSize;

    /// <summary>One matrix of each expert.</summary>
    /// <param name="Name">Among ours, behind the expert's number.</param>
    /// <param name="Outputs">Of the file's matrix, of which ours has every <paramref name="Step"/>-th from <paramref name="First"/> on.</param>
    private sealed record Part(string Name, int Inputs, int Outputs, int First, int Step)
    {
        public int Rows => Outputs / Step;
    }

    /// <summary>The tensors of a layer's experts in a file of floats.</summary>
    /// <param name="layer">In front of names within the layer.</param>
    public static IEnumerable<WeightUse> FileTensors(string layer, ModelConfig config)
    {
        var (experts, width, hidden) = (config.Experts!.NumExperts, config.Experts.IntermediateSize, config.HiddenSize);
        yield return new($"{layer}{Front}{GateUp}", [experts, hidden, 2 * width]);
        yield return new($"{layer}{Front}{GateUp}{Bias}", [experts, 2 * width]);
        yield return new($"{layer}{Front}{Down}", [experts, width, hidden]);
        yield return new($"{layer}{Front}{Down}{Bias}", [experts, hidden]);
    }

    /// <summary>Puts each expert's tensors, under names of their own, in place of those of the layer. What does not fit stays as it is, and is missed by name where its parts are looked for.</summary>
    public void TakeApart(Dictionary<string, Tensor> tensors)
    {
        TakeApart(tensors, GateUp, new("gate_proj", config.HiddenSize, 2 * width, 0, 2), new("up_proj", config.HiddenSize, 2 * width, 1, 2));
        TakeApart(tensors, Down, new Part("down_proj", width, config.HiddenSize, 0, 1));
    }

    private void TakeApart(Dictionary<string, Tensor> tensors, string whole, params ReadOnlySpan<Part> parts)
    {
        foreach (var part in parts)
        {
            var (inputs, outputs, groups) = (part.Inputs, part.Outputs, part.Inputs / BlockColumns);
            if (Find(whole, experts, inputs, outputs) is { } matrices && TensorEdits.IsFloats(matrices))
                Replace(tensors, expert => Matrix(matrices, part, expert), matrices);
            if (Find(whole + Bias, experts, outputs) is { } biases && TensorEdits.IsFloats(biases))
                Replace(tensors, expert => Vector(biases, part, expert), biases);
            if (inputs % BlockColumns == 0 && Find(whole + Blocks, experts, outputs, groups, CodeBytes) is { DType: DType.U8 } blocks && Find(whole + Scales, experts, outputs, groups) is { DType: DType.U8 } scales)
                Replace(tensors, expert => Mxfp4(blocks, scales, part, expert), blocks, scales);
        }
    }

    private Tensor? Find(string name, params ReadOnlySpan<long> shape) => file.TryGetValue(front + name, out var tensor) && tensor.Shape.AsSpan().SequenceEqual(shape) ? tensor : null;

    private void Replace(Dictionary<string, Tensor> tensors, Func<int, Tensor> of, params ReadOnlySpan<Tensor> whole)
    {
        foreach (var tensor in whole)
            tensors.Remove(tensor.Name);
        for (var expert = 0; expert < experts; expert++)
        {
            var own = of(expert);
            tensors[own.Name] = own;
        }
    }

    private Tensor Matrix(Tensor matrices, Part part, int expert) =>
        TensorEdits.TransposeColumns(TensorEdits.View(matrices, matrices.Name, (long)expert * part.Inputs, part.Inputs), $"{front}{expert}.{part.Name}.weight", part.First, part.Step);

    private Tensor Vector(Tensor biases, Part part, int expert) =>
        TensorEdits.AsVector(TensorEdits.TransposeColumns(TensorEdits.View(biases, biases.Name, expert, 1), $"{front}{expert}.{part.Name}.bias", part.First, part.Step));

    /// <summary>GGUF's MXFP4, which has the same numbers in another order: [outputs / step, inputs].</summary>
    private Tensor Mxfp4(Tensor blocks, Tensor scales, Part part, int expert)
    {
        var (groups, blockBytes) = (part.Inputs / BlockColumns, DType.MXFP4.BlockBytes());
        var memory = new NativeBuffer((long)part.Rows * groups * blockBytes);
        Parallel.For(0L, part.Rows, row =>
        {
            var first = ((long)expert * part.Outputs + part.First + row * part.Step) * groups;
            for (var group = 0L; group < groups; group++)
                FourBitBlocks.WriteMXFP4(blocks.Data + (first + group) * CodeBytes, scales.Data[first + group], memory.Data + (row * groups + group) * blockBytes);
        });
        return new Tensor($"{front}{expert}.{part.Name}.weight", DType.MXFP4, [part.Rows, part.Inputs], memory.Data, memory.ByteLength, memory);
    }
}
