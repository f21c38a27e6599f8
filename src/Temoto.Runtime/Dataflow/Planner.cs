using Temoto.Kernels.Attention;
using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>What a plan is made for, beside the graph and the phase.</summary>
/// <param name="MaxTokens">Most tokens one run takes: in decode, most sequences, each with one.</param>
/// <param name="MaxLogitRows">Most rows of logits one run gives.</param>
/// <param name="ContextTokens">Positions of the cache.</param>
/// <param name="Dataflow">The mode of attention in prefill; null lets the planner choose.</param>
/// <param name="PiecePositions">Positions of a piece of split attention (decode).</param>
internal sealed record PlanRequest(int MaxTokens, int MaxLogitRows, int ContextTokens, KvType KvType, DataflowMode? Dataflow, int PiecePositions);

/// <summary>
/// Turns a graph into a plan: operations joined, a place in the arena for every activation, the chunks of every step.
/// </summary>
internal static class Planner
{
    /// <summary>Offsets are multiples of a cache line.</summary>
    private const int Alignment = 64;

    /// <summary>Weight bytes per chunk of decode: small enough that a stolen core delays little, large enough that a chunk outweighs its atomic increment.</summary>
    private const int DecodeTileBytes = 64 * 1024;

    /// <summary>The same of a decode run for several sequences: each chunk puts the activations of all of them in order first.</summary>
    private const int BatchTileBytes = 2 * DecodeTileBytes;

    /// <summary>Rows a thread decodes and then multiplies with all tokens of a prompt are a multiple of this.</summary>
    private const int PrefillTileRows = 32;

    /// <summary>Chunks of a matrix product that each thread should find, so that a slow one delays little.</summary>
    private const int ChunksPerThread = 6;

    /// <summary>
    /// Tokens of a chunk of TPHS: their queries for a group of heads stay in the core's cache, and the head's rows of the query weight, decoded once per chunk, serve all of them.
    /// (Not by the number of threads: that must not change a result.)
    /// </summary>
    private const int TphsTileTokens = 128;

    /// <summary>Tokens of a chunk of the projections to heads.</summary>
    private const int ProjectionTileTokens = 256;

    /// <summary>Tokens of a chunk of attention in GEMM mode; later tokens see more positions, so chunks are kept short.</summary>
    private const int GemmTileTokens = 16;

    /// <param name="tensorOf">A named weight as it lies in the checkpoint; only its type and sizes are looked at.</param>
    public static Plan Plan(ModelGraph graph, Phase phase, PlanRequest request, Board board, Func<string, Tensor> tensorOf)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxLogitRows, 1);
        return Place(graph, phase, request, phase == Phase.Decode ? DataflowMode.Gemm : request.Dataflow ?? Decide(graph, request, tensorOf)?.Mode ?? DataflowMode.Gemm, board, tensorOf);
    }

    /// <summary>Compares the dataflows of a prompt; null for a model without attention.</summary>
    public static DataflowDecision? Decide(ModelGraph graph, PlanRequest request, Func<string, Tensor> tensorOf)
    {
        if (graph.Ops.OfType<AttentionOp>().FirstOrDefault() is not { } attention)
            return null;
        // The query projection lies behind norm and rotary positions.
        var writers = graph.Ops.ToDictionary(op => op.Output.Id);
        var writer = writers[attention.Query.Id];
        while (writer is RopeOp or RmsNormOp)
            writer = writers[writer.Inputs[0].Id];
        var bytes = writer is LinearOp query ? tensorOf(query.Weight).StoredBytes : 0;
        return DataflowDecision.Of(attention.Shape, request.MaxTokens, request.ContextTokens, TphsTileTokens, bytes);
    }

    private static Plan Place(ModelGraph graph, Phase phase, PlanRequest request, DataflowMode mode, Board board, Func<string, Tensor> tensorOf)
    {
        var fused = Fusion.Apply(graph, phase, mode, request.ContextTokens, request.PiecePositions);
        var offsets = PlaceValues(fused, request.MaxTokens, request.MaxLogitRows, out var arenaBytes);
        var steps = new List<PlanStep>(fused.Ops.Count);
        foreach (var op in fused.Ops)
        {
            var weights = WeightsOf(op, tensorOf);
            steps.Add(new PlanStep(
                op,
                [.. op.Inputs.Select(input => offsets[input.Id])],
                offsets[op.Output.Id],
                TileRows(op, phase, request, board, tensorOf),
                TileTokens(op, phase, request.MaxTokens),
                weights));
        }
        return new Plan(fused, phase, request.MaxTokens, request.MaxLogitRows, request.ContextTokens, steps, arenaBytes, offsets[graph.Logits.Id], request.KvType, board.OnChipBytesPerThread);
    }

    private static PlannedWeight[] WeightsOf(Op op, Func<string, Tensor> tensorOf)
    {
        switch (op)
        {
            case EmbedOp embed:
                return [OneRow(embed.Weight)];
            case AddPositionsOp positions:
                return [OneRow(positions.Weight)];
            case RmsNormOp norm:
                return [Vector(norm.Weight, norm.GroupWidth)];
            case LayerNormOp norm:
                return [Vector(norm.Weight, norm.Input.Width), Vector(norm.Bias, norm.Input.Width)];
            case NormQuantizeOp fused:
                return WeightsOf(fused.Norm, tensorOf);
            case OwnTokensOp tokens:
                return [.. tokens.Weights.Select(name => Vector(name, tokens.Output.Width))];
            default:
                var linears = op.Linears.Select(linear =>
                {
                    var tensor = tensorOf(linear.Weight);
                    var bias = linear.Bias is null ? 0 : linear.Output.Width * sizeof(float);
                    return new PlannedWeight(linear.Weight, tensor.DType, tensor.Encoded is not null, tensor.Rows, tensor.Columns, tensor.StoredBytes + bias, tensor.StoredBytes) { EscapeShare = PackedWeights.EscapeShare(tensor) };
                });
                var projections = op switch
                {
                    HeadProjectionsOp heads => heads.Projections,
                    TphsAttentionOp tphs => [tphs.Query],
                    _ => [],
                };
                return [.. linears, .. projections.Where(projection => projection.Norm is not null).Select(projection => Vector(projection.Norm!.Weight, projection.Norm.GroupWidth))];
        }

        // Of a table, one row per token.
        PlannedWeight OneRow(string name)
        {
            var table = tensorOf(name);
            return new PlannedWeight(name, table.DType, table.Encoded is not null, table.Rows, table.Columns, (table.StoredBytes + table.Rows - 1) / table.Rows, table.StoredBytes);
        }

        // Decoded to float32 when the model is loaded.
        static PlannedWeight Vector(string name, int width) => new(name, DType.F32, false, 1, width, width * sizeof(float), width * sizeof(float));
    }

    private static int TileRows(Op op, Phase phase, PlanRequest request, Board board, Func<string, Tensor> tensorOf)
    {
        if (op.Linears.Count == 0)
            return 1;
        switch (op)
        {
            // Norms and rotary positions want whole heads.
            case HeadProjectionsOp heads:
                return heads.HeadDim;
            case TphsAttentionOp tphs:
                return tphs.Shape.HeadDim;
        }
        var weights = op.Linears.Select(linear => tensorOf(linear.Weight)).ToArray();
        var rows = phase == Phase.Prefill
            ? PrefillRows(op, request.MaxTokens, board)
            : (int)Math.Clamp((request.MaxTokens == 1 ? DecodeTileBytes : BatchTileBytes) / Math.Max(1, weights.Sum(weight => weight.RowBytes)), 4, 256);
        // Rows that are decoded together are not cut apart, nor columns that are rounded together.
        long block = op is (GatedLinearOp or ActivatedLinearOp) and { Output.Quantized: true } ? QuantizedRow.BlockColumns : 1;
        var most = (op.Output.Width + block - 1) / block * block;
        foreach (var weight in weights)
            block = LeastCommonMultiple(block, weight.Encoded?.BlockRows ?? 1);
        // Blocks of an untrusted file may have no small multiple in common: then one chunk takes all rows.
        return (int)Math.Min(most, (rows + block - 1) / block * block);
    }

    /// <summary>
    /// Rows of a prompt's matrix product: each chunk passes all activations once, so the more rows the fewer passes; but the decoded rows must leave half of the core's cache to
    /// the activations, what a fused step keeps of its columns a quarter of it, and there must be chunks enough for all threads.
    /// </summary>
    private static int PrefillRows(Op op, int tokens, Board board)
    {
        var linear = op.Linears[0];
        var cacheBytes = board.OnChipBytesPerThread;
        var decodedBytes = (long)linear.Input.Width * (linear.Input.Quantized ? 1 : sizeof(float));
        var tileBytes = op is LinearOp ? 0 : (long)tokens * op.Linears.Count * sizeof(float);
        var rows = Math.Min(cacheBytes / 2 / decodedBytes, tileBytes == 0 ? long.MaxValue : cacheBytes / 4 / tileBytes);
        rows = Math.Min(rows, linear.Output.Width / (long)(ChunksPerThread * board.Threads));
        return (int)Math.Clamp(rows / PrefillTileRows * PrefillTileRows, PrefillTileRows, 4 * PrefillTileRows);
    }

    private static long LeastCommonMultiple(long a, long b)
    {
        var (x, y) = (a, b);
        while (y != 0)
            (x, y) = (y, x % y);
        return a / x * b;
    }

    private static int TileTokens(Op op, Phase phase, int maxTokens) => op switch
    {
        // Sequences share a head's weights while they are in the core's cache.
        HeadProjectionsOp when phase == Phase.Decode => maxTokens,
        _ when phase == Phase.Decode => 1,
        TphsAttentionOp => TphsTileTokens,
        HeadProjectionsOp => ProjectionTileTokens,
        ScoresOp or SoftmaxOp or WeightedValuesOp => GemmTileTokens,
        _ when op.Linears.Count > 0 => 0,
        _ => 1,
    };

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
        var live = new List<LiveValue>();
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
                live.Add(new LiveValue(offsets[op.Output.Id], bytes, op.Output.Id));
            }
            arenaBytes = Math.Max(arenaBytes, offsets[op.Output.Id] + bytes);
            live.RemoveAll(item => lastUse[item.ValueId] <= step);
        }
        return offsets;
    }

    private static long FirstFit(List<LiveValue> live, long bytes)
    {
        live.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        long candidate = 0;
        foreach (var (offset, length, _) in live)
        {
            if (candidate + bytes <= offset)
                break;
            candidate = Math.Max(candidate, offset + length);
        }
        return candidate;
    }

    /// <summary>A value that a later step reads, and where it lies. A class: lists of structs are compiled anew in every process.</summary>
    private sealed record LiveValue(long Offset, long Bytes, int ValueId);

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
