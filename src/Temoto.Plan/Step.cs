using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>How the operations of attention are carried out.</summary>
[JsonConverter(typeof(SnakeCaseEnum<DataflowMode>))]
public enum DataflowMode
{
    /// <summary>Every operation by itself; intermediates go through memory.</summary>
    Gemm,

    /// <summary>Token-parallel, head-sequential: queries, scores and probabilities of one head stay on chip.</summary>
    Tphs,
}

/// <summary>Functions of one element.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Activation>))]
public enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x times the normal distribution at x, by the exact error function.</summary>
    Gelu,

    /// <summary>x / (1 + exp(-x)).</summary>
    Silu,

    /// <summary>0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).</summary>
    GeluTanh,

    /// <summary>max(x, 0)^2.</summary>
    ReluSquared,

    /// <summary>x / (1 + exp(-1.702 x)).</summary>
    QuickGelu,

    /// <summary>cap tanh(x / cap), the cap being the step's scale.</summary>
    SoftCap,

    /// <summary>
    /// With the learned <see cref="OperandRole.Parameters"/> p, n, b and e of a layer: p x^2 + b x where x is more than 0, elsewhere n (exp(min(x, e)) - 1 - x) + b x (xIELU, Huang and
    /// Schlag, arXiv 2411.13010).
    /// </summary>
    Xielu,
}

/// <summary>What happens to a product before it is stored, in this order.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Epilogue>))]
public enum Epilogue
{
    /// <summary>A bias is added.</summary>
    Bias,

    /// <summary>Each head is normed by its root mean square, where it has norm weights.</summary>
    HeadNorm,

    /// <summary>Each head is turned by its positions, where it has a rotary table.</summary>
    Rotary,

    /// <summary>The function of the step.</summary>
    Activation,

    /// <summary>The gate's function times the other product.</summary>
    Gate,

    /// <summary>Multiplied with the step's scale.</summary>
    Scale,

    /// <summary>Added to the residual.</summary>
    Residual,

    /// <summary>Rounded to the format of the output.</summary>
    Round,
}

/// <summary>What the steps of attention have in common: who reads the cache of a layer, and how.</summary>
/// <param name="Heads">Query heads; head h reads KV head h / GroupHeads.</param>
/// <param name="Causal">A token sees itself and those before it; otherwise every token of the run.</param>
/// <param name="ScoreScale">Queries are multiplied with it: 1 / sqrt(HeadDim) unless the model says otherwise.</param>
public sealed record AttentionShape(int Heads, int KvHeads, int HeadDim, bool Causal, float ScoreScale)
{
    /// <summary>Most positions a token sees, itself included: those before it, or, where attention is not causal, half of the others on each side; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? Window { get; init; }

    /// <summary>Scores become cap * tanh(score / cap).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public float? SoftCap { get; init; }

    /// <summary>ALiBi (Press et al., arXiv 2108.12409): the score of a position gets Slopes[head] * (position - the token's own), [Heads]; null where scores do not go by distance.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Items<float>? Slopes { get; init; }

    /// <summary>
    /// Where scores get a number by head and distance, <see cref="OperandRole.PositionBias"/>: distances are less than this. Its row of a head has 2 * BiasReach - 1 numbers, the one of the
    /// token's own position in the middle, those of positions before it in front.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? BiasReach { get; init; }

    /// <summary>Queries and the weights of softmax are rounded, to meet an int8 cache in integers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Integers { get; init; }

    /// <summary>Scores of positions that a token does not see are computed too, and masked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ComputesUnseen { get; init; }

    /// <summary>Positions behind a token that it sees, where it sees any: half of the window, or all there are.</summary>
    [JsonIgnore]
    private int Behind => Causal ? 0 : Window is { } window ? window / 2 : int.MaxValue;

    /// <summary>The first position that the token at <paramref name="position"/> sees.</summary>
    public int SeenFrom(int position) => Window is { } window ? Math.Max(0, position + 1 + Behind - window) : 0;

    /// <summary>One more than the last position that the token at <paramref name="position"/> sees.</summary>
    /// <param name="end">Positions there are behind the run.</param>
    public int SeenTo(int position, int end) => (int)Math.Min(end, position + 1L + Behind);

    /// <summary>Where the key panel begins that holds the first position seen.</summary>
    public int FirstPanel(int position) => KvLayout.PanelStart(SeenFrom(position));

    /// <summary>Pieces of split attention for the token at <paramref name="position"/>, which is the last there is.</summary>
    public int Pieces(int position, int piecePositions) => (position + 1 - FirstPanel(position) + piecePositions - 1) / piecePositions;

    /// <summary>Query heads that share a KV head.</summary>
    [JsonIgnore]
    public int GroupHeads => Heads / KvHeads;

    /// <summary>What a piece of split attention leaves for a group: [GroupHeads, HeadDim] sums, a largest score and a total for each head.</summary>
    [JsonIgnore]
    public long PieceFloats => GroupHeads * (HeadDim + 2L);

    /// <inheritdoc/>
    public bool Equals(AttentionShape? other) =>
        other is not null && Heads == other.Heads && KvHeads == other.KvHeads && HeadDim == other.HeadDim && Causal == other.Causal
        && ScoreScale == other.ScoreScale && Window == other.Window && SoftCap == other.SoftCap && Integers == other.Integers && ComputesUnseen == other.ComputesUnseen
        && Equals(Slopes, other.Slopes) && BiasReach == other.BiasReach;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Heads, KvHeads, HeadDim);
}

/// <summary>A norm's parameters.</summary>
/// <param name="GroupWidth">Columns normed together: the whole width, or a head.</param>
public sealed record Norm(float Epsilon, int GroupWidth)
{
    /// <inheritdoc/>
    public bool Equals(Norm? other) =>
        other is not null && Epsilon == other.Epsilon && GroupWidth == other.GroupWidth;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Epsilon, GroupWidth);
}

/// <summary>What the two products of a gated pair pass before they meet: f(min(gate, Limit)) * (max(min(up, Limit), -Limit) + UpOffset).</summary>
/// <param name="Limit">More than 0.</param>
public sealed record GateBounds(float Limit, float UpOffset)
{
    /// <inheritdoc/>
    public bool Equals(GateBounds? other) => other is not null && Limit == other.Limit && UpOffset == other.UpOffset;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Limit, UpOffset);
}

/// <summary>How tokens are sent to experts.</summary>
/// <param name="Experts">There are.</param>
/// <param name="Chosen">Each token is sent to: those with the largest logits.</param>
/// <param name="Renormalizes">What the chosen count is the softmax over them; otherwise their share of the softmax over all.</param>
public sealed record Routing(int Experts, int Chosen, bool Renormalizes)
{
    /// <summary>Experts that a run of so many tokens reads: each token's own, as long as there are others.</summary>
    public int Asked(long tokens) => (int)Math.Min(Experts, tokens * Chosen);
}

/// <summary>How a picture is cut: patches of PatchSize x PatchSize pixels, row by row.</summary>
/// <param name="FirstRow">Rows in front that are no patches; they are zero.</param>
public sealed record PatchGrid(int PatchSize, int GridHeight, int GridWidth, int FirstRow);

/// <summary>One operation with everything decided: what it reads and writes and where that lies, in which order it is carried out, and on which device.</summary>
/// <param name="Name">Of the operation in the model, e.g. "mlp.down_proj".</param>
/// <param name="Kind">Readers switch over it without a default, so that a new kind does not compile until each has a case.</param>
/// <param name="Device">One of the board's.</param>
/// <param name="Operands">By <see cref="Operand.Role"/>; of learned tokens, several with the role Weight.</param>
/// <param name="Epilogue">What happens to products before they are stored.</param>
/// <param name="Loops">The order; see <see cref="LoopNode"/>.</param>
public sealed record Step(string Name, StepKind Kind, string Device, Items<Operand> Operands, Items<Epilogue> Epilogue, Items<LoopNode> Loops)
{
    /// <summary>Steps of attention, and projections to its heads.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AttentionShape? Attention { get; init; }

    /// <summary>Norms, and norms of heads.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Norm? Norm { get; init; }

    /// <summary>The function of activations and gates.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Activation? Function { get; init; }

    /// <summary>What products, table rows or second inputs are multiplied with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public float? Scale { get; init; }

    /// <summary>Steps of a mixture of experts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Routing? Routing { get; init; }

    /// <summary>Gated experts whose products are bounded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public GateBounds? Bounds { get; init; }

    /// <summary>Short convolutions: positions that an output is made of, its own the last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? Taps { get; init; }

    /// <summary>Rotary positions: the width of a head, of which as many of the first columns are turned as the table has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? HeadDim { get; init; }

    /// <summary>Patches only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PatchGrid? Patches { get; init; }

    /// <summary>Positions: table rows in front of that of position 0. Selection of rows: the first of them, null for the last tokens of the run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? FirstRow { get; init; }

    /// <summary>How the step carries attention out; null for steps that are none of attention's.</summary>
    [JsonIgnore]
    public DataflowMode? Mode => Kind switch
    {
        StepKind.TphsAttention => DataflowMode.Tphs,
        StepKind.Scores or StepKind.Softmax or StepKind.WeightedValues => DataflowMode.Gemm,
        _ => null,
    };

    /// <summary>It works on the rows whose logits are wanted, not on all tokens.</summary>
    [JsonIgnore]
    public bool OnLogitRows => Kind != StepKind.SelectRows && Find(OperandRole.Output) is { } output && output.Elements.Axes[0].Dimension == Dimension.LogitRows;

    /// <summary>The operand of a role, or null.</summary>
    public Operand? Find(OperandRole role)
    {
        foreach (var operand in Operands.Span)
        {
            if (operand.Role == role)
                return operand;
        }
        return null;
    }

    /// <summary>The operand of a role.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public Operand this[OperandRole role] => Find(role) ?? throw new InvalidOperationException($"step {Name} has no {role}");

    /// <summary>The role of the activations that meet a weight: both products of a gated pair read the same rounding of the same values, unless their weights ask for different ones.</summary>
    public OperandRole InputRoleOf(OperandRole weight) => weight switch
    {
        OperandRole.KeyWeight => OperandRole.KeyInput,
        OperandRole.ValueWeight => OperandRole.ValueInput,
        OperandRole.UpWeight when Find(OperandRole.Second) is not null => OperandRole.Second,
        _ => OperandRole.Input,
    };

    /// <summary>The activations that meet a weight.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public Operand InputOf(OperandRole weight) => this[InputRoleOf(weight)];

    /// <summary>The tile of the loop over a dimension whose tiles are taken side by side: what one chunk takes.</summary>
    /// <exception cref="InvalidOperationException">There is no such loop.</exception>
    public int Tile(Dimension over) => Chunks(over).Tile;

    /// <summary>The tile of the loop over the same dimension inside a chunk.</summary>
    /// <exception cref="InvalidOperationException">There is no such loop.</exception>
    public int InnerTile(Dimension over) =>
        Find(Chunks(over).Body, over, parallel: false)?.Tile ?? throw new InvalidOperationException($"step {Name} has no second loop over {over}");

    /// <summary>The loop over a dimension whose tiles are taken side by side.</summary>
    /// <exception cref="InvalidOperationException">There is no such loop.</exception>
    public Loop Chunks(Dimension over) => Find(Loops, over, parallel: true) ?? throw new InvalidOperationException($"step {Name} has no parallel loop over {over}");

    private static Loop? Find(Items<LoopNode> nodes, Dimension over, bool parallel)
    {
        foreach (var node in nodes)
        {
            if (node is not Loop loop)
                continue;
            if (loop.Over == over && (loop.Parallel || !parallel))
                return loop;
            if (Find(loop.Body, over, parallel) is { } inner)
                return inner;
        }
        return null;
    }

    /// <inheritdoc/>
    public bool Equals(Step? other) =>
        other is not null && Name == other.Name && Kind == other.Kind && Device == other.Device && Function == other.Function
        && Scale == other.Scale && FirstRow == other.FirstRow && Taps == other.Taps && HeadDim == other.HeadDim && Equals(Routing, other.Routing) && Equals(Bounds, other.Bounds) && Equals(Attention, other.Attention) && Equals(Norm, other.Norm)
        && Equals(Patches, other.Patches) && Operands.Equals(other.Operands) && Epilogue.Equals(other.Epilogue)
        && Loops.Equals(other.Loops);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, (int)Kind, Operands);
}
