using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Joins operations whose intermediates need not be stored, and carries out attention as a <see cref="DataflowMode"/> and a phase ask. What fits no pattern stays as it is.
/// </summary>
internal sealed class Fusion
{
    private readonly Graph graph;
    private readonly Phase phase;
    private readonly DataflowMode prefillMode;
    private readonly int context;
    private readonly int piecePositions;
    private readonly Format intermediates;
    private readonly List<Value> values;
    private readonly Dictionary<int, Op> writers = [];
    private readonly Dictionary<int, List<Op>> readers = [];
    private readonly HashSet<Op> absorbed = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Op, List<Op>> replacements = new(ReferenceEqualityComparer.Instance);

    private Fusion(Graph graph, Phase phase, DataflowMode prefillMode, int context, int piecePositions, Format intermediates)
    {
        this.intermediates = intermediates;
        this.graph = graph;
        this.phase = phase;
        this.prefillMode = prefillMode;
        this.context = context;
        this.piecePositions = piecePositions;
        values = [.. graph.Values];
        foreach (var op in graph.Ops)
        {
            writers.Add(op.Output.Id, op);
            foreach (var input in op.Inputs.Distinct())
            {
                if (!readers.TryGetValue(input.Id, out var list))
                    readers.Add(input.Id, list = []);
                list.Add(op);
            }
        }
    }

    /// <param name="prefillMode">The mode of attention in the prefill phase.</param>
    /// <param name="context">Most positions the cache can hold: the width of stored scores.</param>
    /// <param name="piecePositions">Positions of a piece of split attention.</param>
    /// <param name="intermediates">How scores and probabilities are stored.</param>
    public static Graph Apply(Graph graph, Phase phase, DataflowMode prefillMode, int context, int piecePositions, Format intermediates)
    {
        var fusion = new Fusion(graph, phase, prefillMode, context, piecePositions, intermediates);
        foreach (var op in graph.Ops)
        {
            switch (op)
            {
                case AttentionOp attention:
                    fusion.Attention(attention);
                    break;
                case GateOp gate:
                    fusion.Gated(gate);
                    break;
                case AddOp add:
                    fusion.Residual(add);
                    break;
                case GatedExpertsOp gated:
                    fusion.Experts(gated);
                    break;
                case ActivateOp activate:
                    fusion.Activated(activate);
                    break;
                case RmsNormOp norm when norm.GroupWidth == norm.Input.Width:
                    fusion.NormQuantize(norm);
                    break;
                case LayerNormOp norm:
                    fusion.NormQuantize(norm);
                    break;
            }
        }
        var ops = new List<Op>(graph.Ops.Count);
        foreach (var op in graph.Ops)
        {
            if (fusion.replacements.TryGetValue(op, out var instead))
                ops.AddRange(instead);
            else if (!fusion.absorbed.Contains(op))
                ops.Add(op);
        }
        return graph with { Ops = ops, Values = fusion.values };
    }

    private void Attention(AttentionOp op)
    {
        if (ProjectionOf(op.Query, op.Shape.Heads) is not { } query || ProjectionOf(op.Key, op.Shape.KvHeads) is not { } key || ProjectionOf(op.Value, op.Shape.KvHeads) is not { } value)
        {
            FromStoredHeads(op);
            return;
        }
        var (rounding, output) = Rounded(op.Output, op.Shape.HeadDim);
        var steps = new List<Op>();
        if (phase == Phase.Prefill && prefillMode == DataflowMode.Tphs)
        {
            var filled = New($"{op.Layer}.kv", 0, Format.Single);
            steps.Add(new HeadProjectionsOp("kv_projections", op.Layer, null, key, value, op.Shape, filled));
            steps.Add(new TphsAttentionOp("tphs_attention", op.Layer, query, filled, op.Shape, output) { Sinks = op.Sinks, PositionBias = op.PositionBias });
        }
        else
        {
            steps.Add(new HeadProjectionsOp("qkv_projections", op.Layer, query, key, value, op.Shape, op.Query));
            steps.AddRange(Attended(op, output));
            if (phase != Phase.Decode)
                rounding = null;
        }
        if (rounding is not null)
            absorbed.Add(rounding);
        foreach (var projection in new[] { query, key, value })
        {
            absorbed.Add(projection.Linear);
            if (projection.Norm is not null)
                absorbed.Add(projection.Norm);
            if (projection.Rope is not null)
                absorbed.Add(projection.Rope);
        }
        replacements.Add(op, steps);
    }

    /// <summary>Attention over the cache by queries that lie in memory.</summary>
    /// <param name="output">Of decode; a prompt's weighted values are not rounded at once.</param>
    private List<Op> Attended(AttentionOp op, Value output)
    {
        if (phase == Phase.Decode)
        {
            var pieces = (context + piecePositions - 1L) / piecePositions;
            var partial = New($"{op.Layer}.pieces", pieces * op.Shape.KvHeads * op.Shape.PieceFloats, Format.Single);
            return
            [
                new SplitAttentionOp("split_attention", op.Layer, op.Query, op.Shape, piecePositions, partial) { PositionBias = op.PositionBias },
                new MergePiecesOp("merge_pieces", op.Layer, partial, op.Shape, piecePositions, output) { Sinks = op.Sinks },
            ];
        }
        // Whole key panels, and rows that start at cache lines.
        long stride = KvLayout.WholePanels(context);
        var scores = New($"{op.Layer}.scores", op.Shape.Heads * stride, intermediates);
        var probabilities = New($"{op.Layer}.probabilities", op.Shape.Heads * stride, intermediates);
        return
        [
            new ScoresOp("scores", op.Layer, op.Query, op.Shape, scores) { PositionBias = op.PositionBias },
            new SoftmaxOp("softmax", op.Layer, scores, op.Shape, probabilities) { Sinks = op.Sinks },
            new WeightedValuesOp("weighted_values", op.Layer, probabilities, op.Shape, op.Output),
        ];
    }

    /// <summary>
    /// What happens to queries, keys or values cannot be done head by head as they are projected (a norm over all heads together, a norm behind the rotary positions): they are stored. A prompt
    /// in TPHS mode runs attention as it is written, a head at a time from the stored queries.
    /// </summary>
    private void FromStoredHeads(AttentionOp op)
    {
        if (phase == Phase.Prefill && prefillMode == DataflowMode.Tphs)
            return;
        var filled = New($"{op.Layer}.kv", 0, Format.Single);
        replacements.Add(op, [new StoreKvOp("store_kv", op.Layer, op.Key, op.Value, op.Shape, filled), .. Attended(op, op.Output)]);
    }

    /// <summary>linear, linear - rope, linear - norm - rope, each read by nobody else.</summary>
    private HeadProjection? ProjectionOf(Value value, int heads)
    {
        var rope = OnlyFor<RopeOp>(value);
        var norm = OnlyFor<RmsNormOp>(rope?.Input ?? value);
        return OnlyFor<LinearOp>(norm?.Input ?? rope?.Input ?? value) is { Scale: null } linear && (norm is null || norm.GroupWidth * heads == linear.Output.Width)
            ? new HeadProjection(linear, heads, norm, rope)
            : null;
    }

    private void Gated(GateOp op)
    {
        if (OnlyFor<LinearOp>(op.Gate) is not { } gate || OnlyFor<LinearOp>(op.Up) is not { } up || gate.Bias is not null || up.Bias is not null || gate.Scale is not null || up.Scale is not null)
            return;
        var (rounding, output) = Rounded(op.Output, null);
        absorbed.Add(gate);
        absorbed.Add(up);
        if (rounding is not null)
            absorbed.Add(rounding);
        replacements.Add(op, [new GatedLinearOp("gated_linear", op.Layer, gate, up, op.Function, output)]);
    }

    private void Experts(GatedExpertsOp op)
    {
        var (rounding, output) = Rounded(op.Output, op.Width);
        if (rounding is null)
            return;
        absorbed.Add(rounding);
        replacements.Add(op, [op with { Output = output }]);
    }

    private void Residual(AddOp op)
    {
        var (linear, residual) = OnlyFor<LinearOp>(op.Right) is { } right ? (right, op.Left) : (OnlyFor<LinearOp>(op.Left), op.Right);
        // The scale belongs to the right side.
        if (linear is null || residual.Id == linear.Output.Id || linear.Scale is not null || (op.Scale is not null && op.Right.Id != linear.Output.Id))
            return;
        absorbed.Add(linear);
        replacements.Add(op, [new ResidualLinearOp(linear.Name, op.Layer, linear, residual, op.Scale, op.Output)]);
    }

    private void Activated(ActivateOp op)
    {
        if (op.Cap is not null || op.Parameters is not null || OnlyFor<LinearOp>(op.Input) is not { } linear)
            return;
        var (rounding, output) = Rounded(op.Output, null);
        absorbed.Add(linear);
        if (rounding is not null)
            absorbed.Add(rounding);
        replacements.Add(op, [new ActivatedLinearOp(linear.Name, op.Layer, linear, op.Function, output)]);
    }

    private void NormQuantize(Op op)
    {
        if (!readers.TryGetValue(op.Output.Id, out var list) || list is not [RoundOp { Output.IsQuantized: true } rounding])
            return;
        absorbed.Add(rounding);
        replacements.Add(op, [new NormRoundOp(op.Name, op.Layer, op, rounding.Output)]);
    }

    /// <summary>
    /// The rounding that is the only reader of a value, if whoever writes the value a few columns at a time can round them at once: one scale per group of columns, or one for all
    /// tokens. (A scale per token needs the whole row.)
    /// </summary>
    private (RoundOp? Rounding, Value Output) Rounded(Value value, int? columnsAtOnce) =>
        readers.TryGetValue(value.Id, out var list) && list is [RoundOp { Output: { IsQuantized: true, Format.Grid: null or { StaticScale: not null } } } rounding]
        && RowLayout.RoundedTogether(rounding.Output.Format) is var group && (columnsAtOnce ?? group) % group == 0
            ? (rounding, rounding.Output)
            : (null, value);

    /// <summary>The operation that writes <paramref name="value"/>, if it is a <typeparamref name="TOp"/> and the value has one reader.</summary>
    private TOp? OnlyFor<TOp>(Value value)
        where TOp : Op => readers.TryGetValue(value.Id, out var list) && list.Count == 1 && writers[value.Id] is TOp op && !absorbed.Contains(op) ? op : null;

    /// <exception cref="InputException">Wider than an activation can be: heads times positions of an untrusted config.</exception>
    private Value New(string name, long width, Format format)
    {
        if (width > int.MaxValue)
            throw new InputException("ModelOptions.ContextTokens", null, $"{context} tokens, for which {name} takes {width} numbers per token", $"at most {int.MaxValue}", "choose a shorter context");
        var value = new Value(values.Count, name, (int)width, format);
        values.Add(value);
        return value;
    }
}
