using Temoto.Formats.Config;
using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Writes down a model's operations one call after the other, as the model files of Models/ read. Weight names are relative to the current
/// layer (see <see cref="BeginLayer"/>), ".weight" and ".bias" are added here.
/// </summary>
internal sealed class GraphBuilder(ModelConfig config)
{
    private const string RotaryTableName = "rope";
    private const string LocalRotaryTableName = "rope_local";

    private readonly List<Op> ops = [];
    private readonly List<Value> values = [];
    private readonly List<WeightUse> weights = [];
    private readonly List<RotaryTable> rotaryTables = [];
    private readonly HashSet<string> named = [];
    private string prefix = "";
    private int layer = -1;

    /// <summary>Of the model that is written down.</summary>
    public ModelConfig Config => config;

    /// <summary>Names that follow are relative to <paramref name="weightPrefix"/>, e.g. "model.layers.3.".</summary>
    public void BeginLayer(int index, string weightPrefix)
    {
        layer = index;
        prefix = weightPrefix;
    }

    public void EndLayers() => BeginLayer(-1, "");

    /// <summary>Token ids to [tokens, width], times <paramref name="scale"/>.</summary>
    public Value Embed(string table, int width, float? scale = null) =>
        Push(new EmbedOp(table, Weight(table, config.VocabSize, width), scale, NewValue(table, width)));

    /// <summary>The picture's patches, [tokens, 3 * PatchSize^2].</summary>
    public Value Patches()
    {
        var vision = config.Vision!;
        return Push(new PatchesOp("patches", new PatchGrid(vision.PatchSize, vision.GridHeight, vision.GridWidth, vision.OwnTokens), NewValue("patches", vision.PatchWidth)));
    }

    /// <summary>Puts the tokens called <paramref name="names"/> into the first rows; their weights have no suffix.</summary>
    public Value LearnedTokens(Value input, params string[] names)
    {
        foreach (var name in names)
            Use(name, input.Width);
        return Push(new LearnedTokensOp("learned_tokens", input, [.. names], NewValue("learned_tokens", input.Width)));
    }

    public Value RmsNorm(Value input, string norm) =>
        Push(new RmsNormOp(norm, layer, input, Weight(norm, input.Width), input.Width, config.RmsNormEps, NewValue(norm, input.Width)));

    /// <param name="bias">There is one; without, the norm has none.</param>
    public Value LayerNorm(Value input, string norm, bool bias = true) =>
        Push(new LayerNormOp(norm, layer, input, Weight(norm, input.Width), bias ? Use(prefix + norm + ".bias", input.Width) : null, config.LayerNormEps, NewValue(norm, input.Width)));

    /// <summary>Layer norm without weights.</summary>
    public Value PlainLayerNorm(Value input, string name) => Push(new LayerNormOp(name, layer, input, null, null, config.LayerNormEps, NewValue(name, input.Width)));

    /// <summary>Learned positions; the table (its full name) has <paramref name="offset"/> rows in front of that of position 0.</summary>
    public Value AddPositions(Value input, string table, int offset) =>
        Push(new AddPositionsOp("positions", input, Use(table, config.MaxPositionEmbeddings + offset, input.Width), offset, NewValue("positions", input.Width)));

    /// <summary>RMS norm of each head by itself.</summary>
    public Value HeadNorm(Value input, string norm) =>
        Push(new RmsNormOp(norm, layer, input, Weight(norm, config.HeadDim), config.HeadDim, config.RmsNormEps, NewValue(norm, input.Width)));

    /// <param name="scale">What the product with its bias is multiplied with; null is 1.</param>
    public Value Linear(Value input, string linear, int outFeatures, bool bias = false, float? scale = null)
    {
        var weight = Weight(linear, outFeatures, input.Width);
        var biasName = bias ? Use(prefix + linear + ".bias", outFeatures) : null;
        return Push(new LinearOp(linear, layer, input, weight, biasName, scale, NewValue(linear, outFeatures)));
    }

    /// <summary>Rotary positions by the config's table.</summary>
    /// <param name="neighbours">The model turns columns 2i and 2i + 1 together, not i and i + half of them.</param>
    /// <param name="local">By the table of layers whose attention slides, where the config has one.</param>
    public Value Rope(Value input, bool neighbours = false, bool local = false)
    {
        var table = local && config.RopeLocalTheta is not null ? LocalRotaryTableName : RotaryTableName;
        if (!rotaryTables.Exists(known => known.Name == table))
            rotaryTables.Add(NewTable(table, neighbours || config.RopeInterleaved));
        return Push(new RopeOp("rope", layer, input, config.HeadDim, table, NewValue("rope", input.Width)));
    }

    private RotaryTable NewTable(string name, bool neighbours)
    {
        var shape = name == LocalRotaryTableName ? config with { RopeTheta = config.RopeLocalTheta!.Value, RopeScaling = null } : config;
        var columns = config.RotaryDim ?? config.HeadDim;
        var radians = new double[columns / 2];
        for (var pair = 0; pair < radians.Length; pair++)
            radians[pair] = shape.RopeFrequency(pair);
        return new RotaryTable(name, columns, neighbours, [.. radians]) { Scale = shape.RopeScaling?.CosineScale };
    }

    /// <param name="causal">A token sees itself and those before it; otherwise every token of the run.</param>
    /// <param name="scoreScale">Null is 1 / sqrt(HeadDim).</param>
    /// <param name="window">Most positions a token sees; null for all.</param>
    /// <param name="softCap">Scores become cap * tanh(score / cap); null leaves them.</param>
    /// <param name="sinks">Scores of the heads that stand for no position; null for none.</param>
    /// <param name="slopes">Of the heads: what a score gets times position - token; null for none.</param>
    /// <param name="positionBias">The full name of what scores get by head and distance; null for none.</param>
    public Value Attention(
        Value query, Value key, Value value, bool causal = true, float? scoreScale = null, int? window = null, float? softCap = null, string? sinks = null, Items<float>? slopes = null, string? positionBias = null)
    {
        var shape = new AttentionShape(config.NumAttentionHeads, config.NumKeyValueHeads, config.HeadDim, causal, scoreScale ?? 1 / MathF.Sqrt(config.HeadDim))
        {
            Window = window,
            SoftCap = softCap,
            Slopes = slopes,
            BiasReach = positionBias is null ? null : config.MaxPositionEmbeddings,
        };
        return Push(new AttentionOp("attention", layer, query, key, value, shape, NewValue("attention", query.Width))
        {
            Sinks = sinks is null ? null : Weight(sinks, shape.Heads),
            PositionBias = positionBias is null ? null : Use(positionBias, shape.Heads * (2L * config.MaxPositionEmbeddings - 1)),
        });
    }

    public Value SiluMultiply(Value gate, Value up) => Gate(gate, up, Activation.Silu);

    /// <summary>f(gate) * up.</summary>
    public Value Gate(Value gate, Value up, Activation function)
    {
        var name = $"{NameOf(function)}_multiply";
        return Push(new GateOp(name, layer, gate, up, function, NewValue(name, gate.Width)));
    }

    public Value Relu(Value input) => Activate(input, Activation.Relu);

    public Value Gelu(Value input) => Activate(input, Activation.Gelu);

    public Value Activate(Value input, Activation function) => Push(new ActivateOp(NameOf(function), layer, input, function, NewValue(NameOf(function), input.Width)));

    /// <param name="parameters">[4], as <see cref="Activation.Xielu"/> has them.</param>
    public Value Xielu(Value input, string parameters) =>
        Push(new ActivateOp(NameOf(Activation.Xielu), layer, input, Activation.Xielu, NewValue(NameOf(Activation.Xielu), input.Width)) { Parameters = Use(prefix + parameters, 4) });

    /// <summary>cap * tanh(x / cap).</summary>
    public Value SoftCap(Value input, float cap) => Push(new ActivateOp("soft_cap", layer, input, Activation.SoftCap, NewValue("soft_cap", input.Width)) { Cap = cap });

    /// <summary>A feed-forward of experts: each token is sent to some of them.</summary>
    /// <param name="logits">[tokens, experts].</param>
    /// <param name="gate">Of an expert's number, the name of its gate within the layer.</param>
    /// <param name="width">Of each expert.</param>
    /// <param name="biases">Each expert's three products have one.</param>
    /// <param name="bounds">What gate and up pass before they meet.</param>
    public Value Experts(
        Value input, Value logits, int chosen, bool renormalizes, Func<int, string> gate, Func<int, string> up, Func<int, string> down, int width, Activation function, bool biases = false, GateBounds? bounds = null)
    {
        var routing = new Routing(logits.Width, chosen, renormalizes);
        var routes = Push(new RouteOp("route", layer, logits, routing, NewValue("routes", logits.Width)));
        var numbers = Enumerable.Range(0, logits.Width).ToArray();
        var gated = Push(new GatedExpertsOp(
            "gated_experts",
            layer,
            input,
            routes,
            routing,
            [.. numbers.Select(number => Weight(gate(number), width, input.Width))],
            [.. numbers.Select(number => Weight(up(number), width, input.Width))],
            function,
            width,
            NewValue("gated_experts", checked(chosen * width)))
        {
            GateBiases = Biases(gate, width),
            UpBiases = Biases(up, width),
            Bounds = bounds,
        });
        return Push(new DownExpertsOp("down_experts", layer, gated, routes, routing, [.. numbers.Select(number => Weight(down(number), input.Width, width))], width, NewValue("down_experts", input.Width))
        {
            Biases = Biases(down, input.Width),
        });

        Items<string> Biases(Func<int, string> name, int length) => biases ? [.. numbers.Select(number => Use($"{prefix}{name(number)}.bias", length))] : [];
    }

    /// <summary>A gated causal convolution over the last positions: see <see cref="ShortConvOp"/>.</summary>
    /// <param name="input">[tokens, 3 * width].</param>
    /// <param name="conv">Weights [taps * width].</param>
    public Value ShortConv(Value input, string conv, int taps, bool bias)
    {
        var width = input.Width / 3;
        return Push(new ShortConvOp(conv, layer, input, Weight(conv, taps * (long)width), bias ? Use(prefix + conv + ".bias", width) : null, taps, NewValue(conv, width)));
    }

    /// <summary>Each row times a number of its own, that of a column: gates of a whole feed-forward.</summary>
    /// <param name="factors">[tokens, 1].</param>
    public Value ScaleRows(Value input, Value factors) => Push(new ScaleRowsOp("scale_rows", layer, input, factors, NewValue("scale_rows", input.Width)));

    /// <summary>left + scale * right.</summary>
    public Value Add(Value left, Value right, float? scale = null) =>
        Push(new AddOp("add", layer, left, right, scale, NewValue("add", left.Width)));

    /// <summary>Only the rows whose logits are wanted go on.</summary>
    public Value SelectRows(Value input) =>
        Push(new SelectRowsOp("select_rows", input, NewValue("select_rows", input.Width)));

    /// <summary>The token in one row of the run.</summary>
    public Value SelectRow(Value input, int row) =>
        Push(new SelectRowsOp("select_row", input, NewValue("select_row", input.Width), row));

    public Value Average(Value left, Value right) =>
        Push(new AverageOp("average", left, right, NewValue("average", left.Width)));

    /// <summary>Ends the graph; <paramref name="logits"/> is [rows, vocab].</summary>
    public Graph Build(Value logits) => new(ops, values, weights, config.VocabSize, rotaryTables, logits);

    private Value Push(Op op)
    {
        ops.Add(op);
        return op.Output;
    }

    private Value NewValue(string name, int width)
    {
        var value = new Value(values.Count, layer < 0 ? name : $"{layer}.{name}", width, Format.Single);
        values.Add(value);
        return value;
    }

    private static string NameOf(Activation function) => function switch
    {
        Activation.Relu => "relu",
        Activation.Gelu => "gelu",
        Activation.Silu => "silu",
        Activation.GeluTanh => "gelu_tanh",
        Activation.ReluSquared => "relu_squared",
        Activation.QuickGelu => "quick_gelu",
        Activation.Xielu => "xielu",
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "no function of a model"),
    };

    private string Weight(string name, params long[] shape) => Use(prefix + name + ".weight", shape);

    private string Use(string fullName, params long[] shape)
    {
        if (named.Add(fullName))
            // A table that all layers read, and a head with a layer of its own behind them, are of none.
            weights.Add(new WeightUse(fullName, [.. shape]) { Layer = layer >= 0 && layer < config.NumHiddenLayers && fullName.StartsWith(prefix, StringComparison.Ordinal) ? layer : null });
        return fullName;
    }
}
