using Temoto.Formats.Checkpoints;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// The calibration sequences on their way through the float model: the hidden state [tokens, hidden] at the entrance of the next layer. The sequences lie one after
/// the other.
/// </summary>
internal sealed unsafe class CalibrationStream : IDisposable
{
    private readonly NativeBuffer hidden;
    private readonly int width;

    /// <summary>Takes texts through everything before the first layer.</summary>
    public CalibrationStream(Graph graph, Checkpoint source, IReadOnlyList<int[]> sequences, ParallelKernels compute)
        : this(graph, source, [.. sequences.Where(tokens => tokens.Length > 0).Select(tokens => (tokens.Length, (Action<GraphSlice>)(slice => tokens.CopyTo(slice.TokenIds))))], compute)
    {
    }

    /// <summary>Takes pictures [3, height, width] through everything before the first layer.</summary>
    public CalibrationStream(Graph graph, Checkpoint source, IReadOnlyList<float[]> pictures, ParallelKernels compute)
        : this(graph, source, [.. pictures.Select(pixels => (source.Config.Vision!.Tokens, (Action<GraphSlice>)(slice => pixels.CopyTo(slice.Pixels))))], compute)
    {
    }

    /// <param name="sequences">How long each is, and what puts it where the first operation reads it.</param>
    private CalibrationStream(Graph graph, Checkpoint source, IReadOnlyList<(int Length, Action<GraphSlice> Enter)> sequences, ParallelKernels compute)
    {
        Lengths = [.. sequences.Select(sequence => sequence.Length)];
        Starts = [.. Lengths.Select((_, index) => Lengths.Take(index).Sum())];
        Tokens = Lengths.Sum();
        LongestSequence = Lengths.Max();
        Op[] ops = [.. graph.Ops.TakeWhile(op => op.Layer < 0)];
        width = ops[^1].Output.Width;
        hidden = new NativeBuffer((long)Tokens * width * sizeof(float));
        using var slice = new GraphSlice(graph, ops, LongestSequence, name => WeightInfo.Of(source.Tensors[name]), compute);
        using var vectors = LayerWeights.Load(source, ops.SelectMany(Vectors), compute);
        for (var sequence = 0; sequence < sequences.Count; sequence++)
        {
            sequences[sequence].Enter(slice);
            slice.Run(0, ops.Length - 1, Lengths[sequence], name => vectors.Contains(name) ? vectors[name] : source.Tensors[name]);
            new Span<float>(slice.At(ops[^1].Output), Lengths[sequence] * width).CopyTo(new Span<float>(Hidden(sequence), Lengths[sequence] * width));
        }
    }

    /// <summary>What the steps want as F32; tables and matrices are read as they are.</summary>
    private static IEnumerable<string> Vectors(Op op) => op switch
    {
        LinearOp { Bias: { } bias } => [bias],
        LearnedTokensOp own => own.Weights,
        RmsNormOp norm => [norm.Weight],
        LayerNormOp norm => new[] { norm.Weight, norm.Bias }.OfType<string>(),
        _ => [],
    };

    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Of each sequence, the tokens before it.</summary>
    public IReadOnlyList<int> Starts { get; }

    /// <summary>Of all sequences.</summary>
    public int Tokens { get; }

    public int LongestSequence { get; }

    /// <summary>[length, hidden] of a sequence.</summary>
    public float* Hidden(int sequence) => hidden.Floats + (long)Starts[sequence] * width;

    /// <summary>Takes all sequences through a layer.</summary>
    /// <param name="seen">Called after each sequence, when all values of the layer can be read.</param>
    public void Advance(GraphSlice layer, LayerWeights weights, Action<int>? seen, CancellationToken cancellation)
    {
        for (var sequence = 0; sequence < Lengths.Count; sequence++)
        {
            cancellation.ThrowIfCancellationRequested();
            var floats = Lengths[sequence] * width;
            new Span<float>(Hidden(sequence), floats).CopyTo(new Span<float>(layer.At(layer.Ops[0].Inputs[0]), floats));
            layer.Run(0, layer.Ops.Count - 1, Lengths[sequence], name => weights[name]);
            seen?.Invoke(sequence);
            new Span<float>(layer.At(layer.Ops[^1].Output), floats).CopyTo(new Span<float>(Hidden(sequence), floats));
        }
    }

    public void Dispose() => hidden.Dispose();
}
