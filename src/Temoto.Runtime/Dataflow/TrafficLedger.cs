using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Kernels.Integers;

namespace Temoto.Dataflow;

/// <summary>
/// The bytes each step of a plan moves beyond the on-chip level: the plan's own order of chunks and tiles, operand by operand, sent through a <see cref="CacheModel"/> of the
/// plan's on-chip size. One worker computes; what a kernel keeps in its own scratch is not counted.
/// </summary>
internal sealed class TrafficLedger
{
    /// <summary>Positions of a tile of attention.</summary>
    private readonly int tilePositions;

    private readonly Plan plan;
    private readonly CacheModel cache;
    private readonly Dictionary<string, long> weightAddresses = [];
    private readonly HashSet<int> intermediates;
    private readonly long kvAddress;
    private readonly long kvPlaneBytes;

    /// <summary>Where an element of a plane lies.</summary>
    private readonly unsafe KvHeadView kvLayout;

    /// <summary>From one sequence's cache to the next.</summary>
    private readonly long kvBytes;
    private readonly int tokens;

    /// <summary>Cached positions: of the one cache in prefill, of each sequence in decode.</summary>
    private readonly IReadOnlyList<int> positions;
    private readonly int logitRows;
    private int rows;

    private TrafficLedger(Plan plan, int tokens, IReadOnlyList<int> positions, int logitRows, int tilePositions)
    {
        this.plan = plan;
        this.tokens = tokens;
        this.positions = positions;
        this.logitRows = logitRows;
        this.tilePositions = tilePositions;
        cache = new CacheModel(plan.OnChipBytes);
        rows = tokens;
        // The arena lies at 0, weights and cache behind it, each at an address of its own.
        var address = plan.ArenaBytes + CacheModel.LineBytes;
        foreach (var weight in plan.Steps.SelectMany(step => step.Weights))
        {
            if (!weightAddresses.TryAdd(weight.Name, address))
                continue;
            address += weight.Rows * RowBytes(weight) + CacheModel.LineBytes;
            address -= address % CacheModel.LineBytes;
        }
        kvAddress = address;
        kvPlaneBytes = (long)KvLayout.Positions(plan.ContextTokens) * KvLayout.HeadBytes(plan.KvType, plan.Graph.Config.HeadDim);
        unsafe
        {
            kvLayout = new KvHeadView(plan.KvType, null, null, plan.Graph.Config.HeadDim);
        }
        kvBytes = KvLayout.BytesPerPosition(plan.Graph.Config, plan.KvType) * KvLayout.Positions(plan.ContextTokens) + CacheModel.LineBytes;
        kvBytes -= kvBytes % CacheModel.LineBytes;
        intermediates = [.. plan.Graph.Ops.SelectMany(op => op switch
        {
            HeadProjectionsOp heads => [heads.Output.Id],
            ScoresOp or SoftmaxOp or SplitAttentionOp => [op.Output.Id],
            _ => Array.Empty<int>(),
        })];
    }

    /// <summary>
    /// The traffic of each step of a run of <paramref name="tokens"/> tokens with <paramref name="position"/> in the cache (in decode: of as many sequences, each with a cache of
    /// its own), on a chip that holds nothing yet; what is left to write back counts for the last step.
    /// </summary>
    /// <param name="tilePositions">Positions of a tile of attention: <see cref="KernelSet.AttentionTilePositions"/>.</param>
    public static IReadOnlyList<Traffic> Run(Plan plan, int tokens, int position, int logitRows = 1, int tilePositions = 64) => plan.Phase == Phase.Decode
        ? Run(plan, [.. Enumerable.Repeat(position, tokens)], tilePositions)
        : Run(new TrafficLedger(plan, tokens, [position], logitRows, tilePositions));

    /// <summary>The same of a decode run of several sequences, each with a cache of its own length.</summary>
    /// <param name="positions">What each cache holds.</param>
    /// <param name="tilePositions">Positions of a tile of attention: <see cref="KernelSet.AttentionTilePositions"/>.</param>
    public static IReadOnlyList<Traffic> Run(Plan plan, IReadOnlyList<int> positions, int tilePositions = 64) =>
        Run(new TrafficLedger(plan, positions.Count, positions, positions.Count, tilePositions));

    private static Traffic[] Run(TrafficLedger ledger)
    {
        var plan = ledger.plan;
        var steps = new Traffic[plan.Steps.Count];
        var before = default(Traffic);
        // Without logits a run ends where their rows would be selected.
        var count = ledger.logitRows > 0 ? steps.Length : plan.StepsBeforeLogits;
        for (var i = 0; i < count; i++)
        {
            ledger.Walk(plan.Steps[i]);
            if (i == count - 1)
                ledger.cache.Flush();
            var now = Traffic.Of(ledger.cache);
            steps[i] = now - before;
            before = now;
        }
        return steps;
    }

    private void Walk(PlanStep step)
    {
        switch (step.Op)
        {
            case HeadProjectionsOp op:
                Projections(step, op);
                break;
            case TphsAttentionOp op:
                Tphs(step, op);
                break;
            case ScoresOp op:
                EachTile(step, op.Shape, (kvHead, start, count) =>
                {
                    Group(step.Inputs[0], op.Query, op.Shape, kvHead, start, count, false);
                    var length = Length(op.Shape, start + count - 1);
                    Cached(0, op.Layer, kvHead, 0, length, true);
                    ScoreRows(step.Output, op.Output, op.Shape, kvHead, start, count, length, true);
                });
                break;
            case SoftmaxOp op:
                EachTile(step, op.Shape, (kvHead, start, count) =>
                {
                    var length = Length(op.Shape, start + count - 1);
                    ScoreRows(step.Inputs[0], op.Input, op.Shape, kvHead, start, count, length, false);
                    ScoreRows(step.Output, op.Output, op.Shape, kvHead, start, count, length, true);
                });
                break;
            case WeightedValuesOp op:
                EachTile(step, op.Shape, (kvHead, start, count) =>
                {
                    var length = Length(op.Shape, start + count - 1);
                    ScoreRows(step.Inputs[0], op.Input, op.Shape, kvHead, start, count, length, false);
                    Cached(0, op.Layer, kvHead, 0, length, false);
                    Group(step.Output, op.Output, op.Shape, kvHead, start, count, true);
                });
                break;
            case SplitAttentionOp op:
                for (var row = 0; row < tokens; row++)
                    Pieces(step, op, row);
                break;
            case MergePiecesOp op:
                for (var row = 0; row < tokens; row++)
                {
                    var pieces = (positions[row] + op.PiecePositions) / op.PiecePositions;
                    Touch(step.Inputs[0] + row * op.Input.RowBytes, pieces * op.Shape.KvHeads * op.Shape.PieceFloats * sizeof(float), false, op.Input);
                    Touch(step.Output + row * op.Output.RowBytes, op.Output.RowBytes, true, op.Output);
                }
                break;
            case AttentionOp:
                throw new InvalidOperationException("attention as a model writes it down is no step of a plan");
            case SelectRowsOp op:
                rows = logitRows;
                Touch(step.Inputs[0] + (op.FirstRow ?? tokens - rows) * op.Input.RowBytes, rows * op.Input.RowBytes, false, op.Input);
                Touch(step.Output, rows * op.Output.RowBytes, true, op.Output);
                break;
            default:
                if (step.Op.Linears.Count > 0)
                    Linear(step);
                else
                    RowByRow(step);
                break;
        }
    }

    /// <summary>Split attention of one sequence.</summary>
    private void Pieces(PlanStep step, SplitAttentionOp op, int row)
    {
        var length = positions[row] + 1;
        var bytes = op.Shape.PieceFloats * sizeof(float);
        for (var start = 0; start < length; start += op.PiecePositions)
        {
            for (var kvHead = 0; kvHead < op.Shape.KvHeads; kvHead++)
            {
                Group(step.Inputs[0], op.Query, op.Shape, kvHead, row, 1, false);
                Positions(row, op.Layer, kvHead, start, Math.Min(start + op.PiecePositions, length));
                Touch(step.Output + row * op.Output.RowBytes + (start / op.PiecePositions * op.Shape.KvHeads + kvHead) * bytes, bytes, true, op.Output);
            }
        }
    }

    /// <summary>Each row by itself: norms, sums, look-ups.</summary>
    private void RowByRow(PlanStep step)
    {
        var inputs = step.Op.Inputs;
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < inputs.Count; i++)
                Touch(step.Inputs[i] + row * inputs[i].RowBytes, inputs[i].RowBytes, false, inputs[i]);
            foreach (var weight in step.Weights)
            {
                // Tables: a row of its own for each token, none twice.
                var own = weight.Rows > 1 ? row % weight.Rows * RowBytes(weight) : 0;
                cache.Touch(weightAddresses[weight.Name] + own, weight.Bytes, false, CacheModel.Operand.Weights);
            }
            Touch(step.Output + row * step.Op.Output.RowBytes, step.Op.Output.RowBytes, true, step.Op.Output);
        }
    }

    /// <summary>Rows of the weights for all tokens, then as many columns of the output.</summary>
    private void Linear(PlanStep step)
    {
        var width = step.Op.Output.Width;
        var linears = step.Op.Linears;
        for (var start = 0; start < width; start += step.TileRows)
        {
            var count = Math.Min(step.TileRows, width - start);
            for (var i = 0; i < linears.Count; i++)
            {
                WeightRows(step.Weights[i], start, count);
                var input = linears[i].Input;
                Touch(step.Inputs[IndexOf(step.Op, input)], rows * input.RowBytes, false, input);
            }
            for (var row = 0; row < rows; row++)
            {
                if (step.Op is ResidualLinearOp residual)
                    Touch(step.Inputs[0] + row * residual.Residual.RowBytes + start * sizeof(float), count * sizeof(float), false, residual.Residual);
                Columns(step.Output, step.Op.Output, row, start, count);
            }
        }
    }

    private void Projections(PlanStep step, HeadProjectionsOp op)
    {
        var projections = op.Projections;
        for (var start = 0; start < tokens; start += step.TileTokens)
        {
            var count = Math.Min(step.TileTokens, tokens - start);
            for (var i = 0; i < projections.Count; i++)
            {
                var projection = projections[i];
                var input = projection.Linear.Input;
                for (var head = 0; head < projection.Heads; head++)
                {
                    WeightRows(step.Weights[i], head * op.HeadDim, op.HeadDim);
                    Touch(step.Inputs[IndexOf(op, input)] + start * input.RowBytes, count * input.RowBytes, false, input);
                    for (var token = start; token < start + count; token++)
                    {
                        if (projection == op.Query)
                            Columns(step.Output, op.Output, token, head * op.HeadDim, op.HeadDim);
                        else
                            StoreCached(op.Layer, head, token, projection == op.Key);
                    }
                }
            }
        }
    }

    private void Tphs(PlanStep step, TphsAttentionOp op)
    {
        var shape = op.Shape;
        var input = op.Query.Linear.Input;
        var spans = (tokens + step.TileTokens - 1) / step.TileTokens;
        for (var span = spans - 1; span >= 0; span--)
        {
            var start = span * step.TileTokens;
            var count = Math.Min(step.TileTokens, tokens - start);
            for (var kvHead = 0; kvHead < shape.KvHeads; kvHead++)
            {
                for (var head = 0; head < shape.GroupHeads; head++)
                {
                    WeightRows(step.Weights[0], (kvHead * shape.GroupHeads + head) * shape.HeadDim, shape.HeadDim);
                    Touch(step.Inputs[0] + start * input.RowBytes, count * input.RowBytes, false, input);
                }
                var tileTokens = shape.TileTokens;
                for (var first = 0; first < count; first += tileTokens)
                {
                    var tileCount = Math.Min(tileTokens, count - first);
                    Positions(0, op.Layer, kvHead, 0, Length(shape, start + first + tileCount - 1));
                    for (var token = 0; token < tileCount; token++)
                        Columns(step.Output, op.Output, start + first + token, kvHead * shape.GroupHeads * shape.HeadDim, shape.GroupHeads * shape.HeadDim);
                }
            }
        }
    }

    private void EachTile(PlanStep step, AttentionShape shape, Action<int, int, int> tile)
    {
        for (var start = 0; start < tokens; start += step.TileTokens)
        {
            for (var kvHead = 0; kvHead < shape.KvHeads; kvHead++)
                tile(kvHead, start, Math.Min(step.TileTokens, tokens - start));
        }
    }

    private int Length(AttentionShape shape, int token) => positions[0] + (shape.Causal ? token + 1 : tokens);

    /// <summary>The heads of a group, of some tokens, in [tokens, Heads, HeadDim].</summary>
    private void Group(long offset, Value value, AttentionShape shape, int kvHead, int start, int count, bool write)
    {
        var bytes = (long)shape.GroupHeads * shape.HeadDim * sizeof(float);
        for (var token = start; token < start + count; token++)
            Touch(offset + token * value.RowBytes + kvHead * bytes, bytes, write, value);
    }

    private void ScoreRows(long offset, Value value, AttentionShape shape, int kvHead, int start, int count, int length, bool write)
    {
        var stride = value.RowBytes / shape.Heads;
        for (var query = 0L; query < count * shape.GroupHeads; query++)
            Touch(offset + (((long)kvHead * tokens + start) * shape.GroupHeads + query) * stride, length * sizeof(float), write, value);
    }

    /// <summary>Keys, then values, of a tile of positions at a time.</summary>
    /// <param name="sequence">Whose cache it is; 0 in prefill.</param>
    private void Positions(int sequence, int layer, int kvHead, int start, int end)
    {
        for (; start < end; start += tilePositions)
        {
            Cached(sequence, layer, kvHead, start, Math.Min(end, start + tilePositions), true);
            Cached(sequence, layer, kvHead, start, Math.Min(end, start + tilePositions), false);
        }
    }

    /// <summary>Reads keys (whole panels) or values of positions [start, end).</summary>
    private void Cached(int sequence, int layer, int kvHead, int start, int end, bool keys)
    {
        if (keys)
            end = KvLayout.Positions(end);
        var positionBytes = KvLayout.HeadBytes(plan.KvType, plan.Graph.Config.HeadDim);
        cache.Touch(PlaneAddress(sequence, layer, kvHead, keys) + (long)start * positionBytes, (long)(end - start) * positionBytes, false, CacheModel.Operand.Kv);
        if (plan.KvType == KvType.Int8)
            cache.Touch(ScaleAddress(sequence, layer, kvHead, keys) + start * sizeof(float), (end - start) * sizeof(float), false, CacheModel.Operand.Kv);
    }

    /// <param name="row">A token of the run.</param>
    private void StoreCached(int layer, int kvHead, int row, bool key)
    {
        var (sequence, at) = plan.Phase == Phase.Decode ? (row, positions[row]) : (0, positions[0] + row);
        var element = KvLayout.ElementBytes(plan.KvType);
        var headDim = plan.Graph.Config.HeadDim;
        var plane = PlaneAddress(sequence, layer, kvHead, key);
        // Elements of sixteen keys, or of four int8 values, lie side by side: more lines are touched than a position has bytes.
        for (var i = 0; i < headDim; i++)
            cache.Touch(plane + (key ? kvLayout.KeyIndex(at, i) : kvLayout.ValueIndex(at, i)) * element, element, true, CacheModel.Operand.Kv);
        if (plan.KvType == KvType.Int8)
            cache.Touch(ScaleAddress(sequence, layer, kvHead, key) + at * sizeof(float), sizeof(float), true, CacheModel.Operand.Kv);
    }

    private long PlaneAddress(int sequence, int layer, int kvHead, bool keys) => kvAddress + sequence * kvBytes + (2L * (layer * plan.Graph.Config.NumKeyValueHeads + kvHead) + (keys ? 0 : 1)) * kvPlaneBytes;

    private long ScaleAddress(int sequence, int layer, int kvHead, bool keys)
    {
        var config = plan.Graph.Config;
        var planes = 2L * config.NumHiddenLayers * config.NumKeyValueHeads;
        return kvAddress + sequence * kvBytes + planes * kvPlaneBytes + (2L * (layer * config.NumKeyValueHeads + kvHead) + (keys ? 0 : 1)) * KvLayout.Positions(plan.ContextTokens) * sizeof(float);
    }

    private void WeightRows(PlannedWeight weight, int start, int count) =>
        cache.Touch(weightAddresses[weight.Name] + start * RowBytes(weight), count * RowBytes(weight), false, CacheModel.Operand.Weights);

    /// <summary>A row with its share of scales and zero points.</summary>
    private static long RowBytes(PlannedWeight weight) => Math.Max(1, (weight.RowsBytes + weight.Rows - 1) / weight.Rows);

    /// <summary>Columns [start, start + count) of a row, as floats or as integers with their scales and offsets.</summary>
    private void Columns(long offset, Value value, int row, int start, int count)
    {
        var at = offset + row * value.RowBytes;
        if (!value.Quantized)
        {
            Touch(at + start * sizeof(float), count * sizeof(float), true, value);
            return;
        }
        var blocks = value.Width / QuantizedRow.BlockColumns;
        var block = start / QuantizedRow.BlockColumns;
        var blockCount = count / QuantizedRow.BlockColumns;
        Touch(at + block * sizeof(float), blockCount * sizeof(float), true, value);
        Touch(at + (blocks + block) * sizeof(float), blockCount * sizeof(float), true, value);
        Touch(at + 2 * blocks * sizeof(float) + start, count, true, value);
    }

    private void Touch(long address, long bytes, bool write, Value value) =>
        cache.Touch(address, bytes, write, intermediates.Contains(value.Id) ? CacheModel.Operand.Intermediates : CacheModel.Operand.Activations);

    private static int IndexOf(Op op, Value input)
    {
        var inputs = op.Inputs;
        for (var i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].Id == input.Id)
                return i;
        }
        throw new InvalidOperationException($"{op.Name} does not read {input.Name}");
    }
}
