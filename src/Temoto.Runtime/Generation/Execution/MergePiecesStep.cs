using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>
/// output = sum over pieces of exp(m_i - m) * sums_i, divided by the sum over pieces of exp(m_i - m) * total_i, m the largest of the pieces' largest scores m_i. Where a head has a sink,
/// a score that stands for no position, m is at least that and exp(sink - m) is added to what is divided by: here once, not in each piece.
/// </summary>
internal sealed unsafe class MergePiecesStep(StepBinding binding) : BoundStep(binding)
{
    private readonly AttentionShape shape = binding.Step.Attention!;
    private readonly float* sinks = binding.Vector(OperandRole.Sinks);
    private readonly OutputRows output = new(binding);
    private readonly int piecePositions = binding.Step[OperandRole.Input].Elements.Axes[1].Tile;
    private readonly long inputWidth = binding.Step[OperandRole.Input].Shape[1];
    private int chunksPerRow;

    public static long ScratchFloats(Step step) => step.Attention!.GroupHeads * (long)step.Attention.HeadDim;

    /// <summary>KV heads one after the other while there are few pieces: less than a parallel region costs.</summary>
    public override int Prepare()
    {
        var most = 0;
        for (var row = 0; row < State.Tokens; row++)
            most = Math.Max(most, Pieces(row));
        chunksPerRow = most > 16 ? shape.KvHeads : 1;
        return State.Tokens * chunksPerRow;
    }

    public override void Execute(int chunk, int worker)
    {
        var row = chunk / chunksPerRow;
        var first = chunk % chunksPerRow;
        var last = chunksPerRow == 1 ? shape.KvHeads : first + 1;
        for (var kvHead = first; kvHead < last; kvHead++)
            Merge(row, kvHead, State.Scratch[worker]);
    }

    private int Pieces(int row) => shape.Pieces(State.PositionOf(row), piecePositions);

    private void Merge(int row, int kvHead, float* merged)
    {
        var group = shape.GroupHeads * shape.HeadDim;
        var pieces = Pieces(row);
        var first = Input + row * inputWidth + kvHead * shape.PieceFloats;
        var step = shape.KvHeads * shape.PieceFloats;
        new Span<float>(merged, group).Clear();
        for (var head = 0; head < shape.GroupHeads; head++)
        {
            var sink = sinks is null ? float.NegativeInfinity : sinks[kvHead * shape.GroupHeads + head];
            var largest = sink;
            for (var piece = 0; piece < pieces; piece++)
                largest = Math.Max(largest, first[piece * step + group + head]);
            var total = sinks is null ? 0 : MathF.Exp(sink - largest);
            for (var piece = 0; piece < pieces; piece++)
            {
                var source = first + piece * step;
                var weight = MathF.Exp(source[group + head] - largest);
                total += weight * source[group + shape.GroupHeads + head];
                Kernels.AddScaled(merged + head * shape.HeadDim, weight, source + head * shape.HeadDim, shape.HeadDim);
            }
            Kernels.Scale(merged + head * shape.HeadDim, shape.HeadDim, 1 / total);
        }
        output.Store(merged, row, kvHead * group, group);
    }
}
