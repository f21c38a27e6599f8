using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>
/// Turns a graph into a plan: a place in the arena for every activation, the chunks of every step, the bytes it moves.
/// </summary>
internal static class Planner
{
    /// <summary>Offsets are multiples of a cache line.</summary>
    private const int Alignment = 64;

    /// <summary>Weight rows per chunk: small enough that a stolen core delays little, large enough that a chunk outweighs its atomic increment.</summary>
    private const int DecodeTileBytes = 64 * 1024;

    /// <summary>Rows a thread decodes and then multiplies with all tokens of a prompt.</summary>
    private const int PrefillTileRows = 32;

    /// <param name="tensorOf">A named weight as it lies in the checkpoint; only its type and sizes are looked at.</param>
    public static Plan Plan(ModelGraph graph, Phase phase, int maxTokens, int maxLogitRows, KvType kvType, Func<string, Tensor> tensorOf)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLogitRows, 1);
        var offsets = PlaceValues(graph, maxTokens, maxLogitRows, out var arenaBytes);
        var rowsSelected = false;
        var steps = new List<PlanStep>(graph.Ops.Count);
        foreach (var op in graph.Ops)
        {
            rowsSelected |= op is SelectRowsOp;
            var weight = WeightOf(op);
            var tensor = weight is null ? null : tensorOf(weight);
            var moved = op.Output.RowBytes + op.Inputs.Sum(input => input.RowBytes);
            steps.Add(new PlanStep(
                op,
                DataflowMode.Gemm,
                [.. op.Inputs.Select(input => offsets[input.Id])],
                offsets[op.Output.Id],
                TileRows(op, tensor, phase),
                tensor?.DType,
                WeightBytes(op, tensor),
                moved));
        }
        return new Plan(graph, phase, maxTokens, maxLogitRows, steps, arenaBytes, offsets[graph.Logits.Id], kvType);
    }

    private static string? WeightOf(Op op) => op switch
    {
        EmbedOp embed => embed.Weight,
        LinearOp linear => linear.Weight,
        RmsNormOp norm => norm.Weight,
        _ => null,
    };

    /// <summary>Bytes that come from memory: packed rows count as they are packed, scales and zero points with them.</summary>
    private static long WeightBytes(Op op, Tensor? weight) => op switch
    {
        EmbedOp => BytesPerRow(weight!),
        LinearOp linear => weight!.StoredBytes + (linear.Bias is null ? 0 : linear.Output.Width * sizeof(float)),
        RmsNormOp norm => norm.GroupWidth * sizeof(float),
        _ => 0,
    };

    private static long BytesPerRow(Tensor weight) => (weight.StoredBytes + weight.Rows - 1) / weight.Rows;

    private static int TileRows(Op op, Tensor? weight, Phase phase)
    {
        if (op is not LinearOp)
            return 1;
        var rows = phase == Phase.Prefill ? PrefillTileRows : (int)Math.Clamp(DecodeTileBytes / Math.Max(1, weight!.RowBytes), 4, 256);
        // Rows that are decoded together are not cut apart.
        var block = weight!.Encoded?.BlockRows ?? 1;
        return (rows + block - 1) / block * block;
    }

    /// <summary>
    /// First-fit placement over lifetimes: a value lives from the step that writes it to the last that reads it, and its bytes are free for
    /// others before and after. An in-place operation takes over the bytes of its first input when that input dies there.
    /// </summary>
    private static long[] PlaceValues(ModelGraph graph, int maxTokens, int maxLogitRows, out long arenaBytes)
    {
        var lastUse = new int[graph.Values.Count];
        for (var step = 0; step < graph.Ops.Count; step++)
        {
            lastUse[graph.Ops[step].Output.Id] = step;
            foreach (var input in graph.Ops[step].Inputs)
                lastUse[input.Id] = step;
        }
        lastUse[graph.Logits.Id] = graph.Ops.Count;

        var offsets = new long[graph.Values.Count];
        var live = new List<(long Offset, long Bytes, int ValueId)>();
        arenaBytes = 0;
        var rows = maxTokens;
        for (var step = 0; step < graph.Ops.Count; step++)
        {
            var op = graph.Ops[step];
            if (op is SelectRowsOp)
                rows = maxLogitRows;
            var bytes = Align(rows * op.Output.RowBytes);
            var reuse = op.CanRunInPlace && lastUse[op.Inputs[0].Id] == step && op.Inputs[0].Width == op.Output.Width
                && op.Inputs.Skip(1).All(other => other.Id != op.Inputs[0].Id);
            if (reuse)
            {
                var index = live.FindIndex(item => item.ValueId == op.Inputs[0].Id);
                offsets[op.Output.Id] = live[index].Offset;
                live[index] = live[index] with { ValueId = op.Output.Id };
            }
            else
            {
                offsets[op.Output.Id] = FirstFit(live, bytes);
                live.Add((offsets[op.Output.Id], bytes, op.Output.Id));
            }
            arenaBytes = Math.Max(arenaBytes, offsets[op.Output.Id] + bytes);
            live.RemoveAll(item => lastUse[item.ValueId] <= step);
        }
        return offsets;
    }

    private static long FirstFit(List<(long Offset, long Bytes, int ValueId)> live, long bytes)
    {
        long candidate = 0;
        foreach (var (offset, length, _) in live.OrderBy(item => item.Offset))
        {
            if (candidate + bytes <= offset)
                break;
            candidate = Math.Max(candidate, offset + length);
        }
        return candidate;
    }

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
