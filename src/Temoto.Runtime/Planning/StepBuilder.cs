using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Writes operations down as steps: operands with their places, loops, epilogue, device. One method per kind, in which its loop nest stands as data: what the executor's step of that
/// kind does, in the order in which it does it.
/// </summary>
/// <param name="place">Where the operands of steps lie.</param>
/// <param name="firstTiles">Of the board's first device.</param>
internal sealed class StepBuilder(StepOperands place, WeightPlaces weights, RunMemory run, Tiles firstTiles)
{
    /// <summary>Sizes of the device that carries out the step that is being built.</summary>
    private Tiles tiles = null!;

    /// <summary>What a step multiplies says which device carries it out, and the device how it is cut.</summary>
    public Step Build(Op op)
    {
        tiles = firstTiles;
        var step = Cut(op);
        var device = tiles.DeviceOf(step);
        if (device != tiles.Device)
        {
            tiles = tiles.On(device);
            step = Cut(op);
        }
        return step with { Device = device.Name };
    }

    private Step Cut(Op op) => op switch
    {
        EmbedOp embed => Embed(embed),
        PatchesOp patches => Patches(patches),
        LearnedTokensOp tokens => LearnedTokens(tokens),
        AddPositionsOp positions => AddPositions(positions),
        RmsNormOp or LayerNormOp => Norm(op, op.Output),
        NormRoundOp norm => Norm(norm.Norm, norm.Output),
        LinearOp linear => Linear(linear, linear, null, null),
        ResidualLinearOp residual => Linear(residual, residual.Linear, residual, null),
        ActivatedLinearOp activated => Linear(activated, activated.Linear, null, activated.Function),
        GatedLinearOp gated => Gated(gated),
        RoundOp round => Round(round),
        RopeOp rope => Rope(rope),
        HeadProjectionsOp heads => HeadProjections(heads),
        TphsAttentionOp tphs => Tphs(tphs),
        ScoresOp scores => Scores(scores),
        SoftmaxOp softmax => Softmax(softmax),
        WeightedValuesOp values => WeightedValues(values),
        SplitAttentionOp split => Split(split),
        MergePiecesOp merge => Merge(merge),
        StoreKvOp store => StoreKv(store),
        AttentionOp attention => Attention(attention),
        ActivateOp activate => Activate(activate),
        GateOp gate => RowByRow(gate, StepKind.ActivateMultiply, [], gate.Gate, gate.Up) with { Function = gate.Function },
        RouteOp route => RowByRow(route, StepKind.Route, [], route.Input, null) with { Routing = route.Routing },
        GatedExpertsOp gated => GatedExperts(gated),
        DownExpertsOp down => DownExperts(down),
        ShortConvOp conv => ShortConv(conv),
        ScaleRowsOp scale => RowByRow(scale, StepKind.ScaleRows, [], scale.Input, scale.Factors),
        AddOp add => RowByRow(add, StepKind.Add, add.Scale is null ? [] : [Epilogue.Scale], add.Left, add.Right) with { Scale = add.Scale },
        AverageOp average => RowByRow(average, StepKind.Average, [], average.Left, average.Right),
        SelectRowsOp select => Select(select),
        _ => throw new InvalidOperationException($"no step for {op.GetType().Name}"),
    };

    /// <summary>The logits as readers find them after a run.</summary>
    public Operand Logits(Value logits)
    {
        place.OnLogitRows = true;
        return place.Activations(OperandRole.Output, logits);
    }

    private Step Embed(EmbedOp op)
    {
        var table = weights.Matrix(OperandRole.Weight, op.Weight, new Axis(Dimension.TableRows, weights.Info(op.Weight).Rows, 1));
        return new Step(op.Name, StepKind.Embed, "", [run.TokenIds, table, place.Activations(OperandRole.Output, op.Output)], op.Scale is null ? [] : [Epilogue.Scale],
            [EachRow(Read(OperandRole.TokenIds), Gather(OperandRole.Weight), Elementwise(), Write(OperandRole.Output))])
        {
            Scale = op.Scale,
        };
    }

    private Step Patches(PatchesOp op) =>
        new(op.Name, StepKind.Patches, "", [run.Pixels(op.Grid), place.Activations(OperandRole.Output, op.Output)], [], [EachRow(Read(OperandRole.Pixels), Write(OperandRole.Output))]) { Patches = op.Grid };

    private Step LearnedTokens(LearnedTokensOp op) => new(
        op.Name,
        StepKind.LearnedTokens,
        "",
        [.. op.Weights.Select(name => weights.Vector(OperandRole.Weight, name, op.Output.Width)), place.Activations(OperandRole.Input, op.Input), place.Activations(OperandRole.Output, op.Output)],
        [],
        [EachRow(Read(OperandRole.Input), Read(OperandRole.Weight), Write(OperandRole.Output))]);

    private Step AddPositions(AddPositionsOp op)
    {
        var table = weights.Matrix(OperandRole.Weight, op.Weight, new Axis(Dimension.TableRows, weights.Info(op.Weight).Rows, 1));
        return new Step(op.Name, StepKind.AddPositions, "", [table, place.Activations(OperandRole.Input, op.Input), place.Activations(OperandRole.Output, op.Output)], [],
            [EachRow(Read(OperandRole.Input), Gather(OperandRole.Weight), Elementwise(), Write(OperandRole.Output))])
        {
            FirstRow = op.Offset,
        };
    }

    private Step Norm(Op op, Value output)
    {
        var (kind, norm, operands) = op switch
        {
            RmsNormOp rms => (StepKind.RmsNorm, new Norm(rms.Epsilon, rms.GroupWidth), (Operand[])[weights.Vector(OperandRole.Weight, rms.Weight, rms.GroupWidth)]),
            LayerNormOp layer => (StepKind.LayerNorm, new Norm(layer.Epsilon, layer.Input.Width),
                [.. Optional(OperandRole.Weight, layer.Weight), .. Optional(OperandRole.Bias, layer.Bias)]),
            _ => throw new InvalidOperationException($"{op.GetType().Name} is no norm"),
        };
        return new Step(
            op.Name,
            kind,
            "",
            [.. operands, place.Activations(OperandRole.Input, op.Inputs[0]), place.Activations(OperandRole.Output, output)],
            output.IsQuantized ? [Epilogue.Round] : [],
            [EachRow(
                Read(OperandRole.Input),
                Read(OperandRole.Weight),
                Read(OperandRole.Bias),
                new Work(WorkKind.Norm, OperandRole.Input, [place.Rows, Dimension.Columns], 1),
                Write(OperandRole.Output))])
        {
            Norm = norm,
        };

        Operand[] Optional(OperandRole role, string? name) => name is null ? [] : [weights.Vector(role, name, op.Inputs[0].Width)];
    }

    /// <summary>Rows of the weight for all tokens, then as many columns of the output.</summary>
    private Step Linear(Op op, LinearOp linear, ResidualLinearOp? residual, Activation? function)
    {
        var scale = residual?.Scale ?? linear.Scale;
        var columns = new Axis(Dimension.Columns, linear.Output.Width, 1);
        var operands = new List<Operand> { weights.Matrix(OperandRole.Weight, linear.Weight, columns) };
        var epilogue = new List<Epilogue>();
        if (linear.Bias is not null)
        {
            operands.Add(weights.Vector(OperandRole.Bias, linear.Bias, linear.Output.Width, columns));
            epilogue.Add(Epilogue.Bias);
        }
        operands.Add(place.Activations(OperandRole.Input, linear.Input, StepOperands.Inputs(linear.Input)));
        if (function is not null)
            epilogue.Add(Epilogue.Activation);
        if (scale is not null)
            epilogue.Add(Epilogue.Scale);
        if (residual is not null)
        {
            operands.Add(place.Activations(OperandRole.Residual, residual.Residual));
            epilogue.Add(Epilogue.Residual);
        }
        if (op.Output.IsQuantized)
            epilogue.Add(Epilogue.Round);
        operands.Add(place.Activations(OperandRole.Output, op.Output));
        return new Step(
            op.Name,
            StepKind.Linear,
            "",
            [.. operands],
            [.. epilogue],
            EachProduct(op, linear,
            [
                .. Product(OperandRole.Weight, OperandRole.Bias, OperandRole.Input, linear.Weight, Dimension.Columns),
                new Loop(place.Rows, 1, [Read(OperandRole.Residual), Write(OperandRole.Output)]),
            ]))
        {
            Function = function,
            Scale = scale,
        };
    }

    private Step Gated(GatedLinearOp op)
    {
        var columns = new Axis(Dimension.Columns, op.Gate.Output.Width, 1);
        var upInput = op.Up.Input.Id == op.Gate.Input.Id ? OperandRole.Input : OperandRole.Second;
        var operands = new List<Operand>
        {
            weights.Matrix(OperandRole.GateWeight, op.Gate.Weight, columns),
            weights.Matrix(OperandRole.UpWeight, op.Up.Weight, columns),
            place.Activations(OperandRole.Input, op.Gate.Input, StepOperands.Inputs(op.Gate.Input)),
        };
        if (upInput == OperandRole.Second)
            operands.Add(place.Activations(OperandRole.Second, op.Up.Input, StepOperands.Inputs(op.Up.Input)));
        operands.Add(place.Activations(OperandRole.Output, op.Output));
        return new Step(
            op.Name,
            StepKind.GatedLinear,
            "",
            [.. operands],
            op.Output.IsQuantized ? [Epilogue.Gate, Epilogue.Round] : [Epilogue.Gate],
            EachProduct(op, op.Gate,
            [
                .. Product(OperandRole.GateWeight, null, OperandRole.Input, op.Gate.Weight, Dimension.Columns),
                .. Product(OperandRole.UpWeight, null, upInput, op.Up.Weight, Dimension.Columns),
                new Loop(place.Rows, 1, [Elementwise(), Write(OperandRole.Output)]),
            ]))
        {
            Function = op.Function,
        };
    }

    /// <summary>An expert after the other: rows of its gate and its up for the tokens that are sent to it.</summary>
    private Step GatedExperts(GatedExpertsOp op)
    {
        var columns = new Axis(Dimension.Columns, op.Width, 1);
        var tile = tiles.Rows(Alone(op), Alone(op).Linears, weights.Info);
        return new Step(
            op.Name,
            StepKind.GatedExperts,
            "",
            [
                .. op.Gates.Select(name => weights.Matrix(OperandRole.GateWeight, name, columns)),
                .. op.Ups.Select(name => weights.Matrix(OperandRole.UpWeight, name, columns)),
                .. Biases(OperandRole.GateBias, op.GateBiases, columns),
                .. Biases(OperandRole.UpBias, op.UpBiases, columns),
                place.Activations(OperandRole.Input, op.Input, StepOperands.Inputs(op.Input)),
                place.Activations(OperandRole.Routes, op.Routes),
                place.Activations(OperandRole.Output, op.Output, new Axis(Dimension.Experts, op.Routing.Chosen, op.Width), columns),
            ],
            op.Output.IsQuantized ? [Epilogue.Gate, Epilogue.Round] : [Epilogue.Gate],
            [
                new Loop(place.Rows, 1, [Read(OperandRole.Routes)]),
                new Loop(Dimension.Experts, 1,
                [
                    new Loop(Dimension.Columns, tile,
                    [
                        .. Product(OperandRole.GateWeight, RoleOf(op.GateBiases, OperandRole.GateBias), OperandRole.Input, op.Gates[0], Dimension.Columns),
                        .. Product(OperandRole.UpWeight, RoleOf(op.UpBiases, OperandRole.UpBias), OperandRole.Input, op.Ups[0], Dimension.Columns),
                        new Loop(place.Rows, 1, [Elementwise(), Write(OperandRole.Output)]),
                    ]) { Parallel = true },
                ]),
            ])
        {
            Function = op.Function,
            Routing = op.Routing,
            Bounds = op.Bounds,
        };
    }

    /// <summary>Rows of the output a tile at a time; in it an expert after the other adds its part.</summary>
    private Step DownExperts(DownExpertsOp op)
    {
        var columns = new Axis(Dimension.Columns, op.Output.Width, 1);
        var alone = new LinearOp(op.Name, op.Layer, op.Input with { Width = op.Width }, op.Downs[0], null, null, op.Output);
        return new Step(
            op.Name,
            StepKind.DownExperts,
            "",
            [
                .. op.Downs.Select(name => weights.Matrix(OperandRole.Weight, name, columns)),
                .. Biases(OperandRole.Bias, op.Biases, columns),
                place.Activations(OperandRole.Input, op.Input, new Axis(Dimension.Experts, op.Routing.Chosen, op.Width), new Axis(Dimension.Inputs, op.Width, 1)),
                place.Activations(OperandRole.Routes, op.Routes),
                place.Activations(OperandRole.Output, op.Output),
            ],
            [],
            [
                new Loop(place.Rows, 1, [Read(OperandRole.Routes)]),
                // A chunk reads its rows of each expert that a token asks.
                new Loop(Dimension.Columns, tiles.Rows(alone, [.. Enumerable.Repeat(alone, op.Routing.Chosen)], weights.Info),
                [
                    new Loop(Dimension.Experts, 1, [.. Product(OperandRole.Weight, RoleOf(op.Biases, OperandRole.Bias), OperandRole.Input, op.Downs[0], Dimension.Columns), Elementwise()]),
                    new Loop(place.Rows, 1, [Write(OperandRole.Output)]),
                ]) { Parallel = true },
            ])
        {
            Routing = op.Routing,
        };
    }

    private static OperandRole? RoleOf(Items<string> biases, OperandRole role) => biases.Count == 0 ? null : role;

    private IEnumerable<Operand> Biases(OperandRole role, Items<string> names, Axis columns) => names.Select(name => weights.Vector(role, name, columns.Extent, columns));

    /// <summary>One expert as a gated pair of its own: what sizes are worked out from.</summary>
    private static GatedLinearOp Alone(GatedExpertsOp op)
    {
        var output = op.Output with { Width = op.Width };
        return new GatedLinearOp(
            op.Name, op.Layer, new LinearOp(op.Name, op.Layer, op.Input, op.Gates[0], null, null, output), new LinearOp(op.Name, op.Layer, op.Input, op.Ups[0], null, null, output), op.Function, output);
    }

    private Step Round(RoundOp op) =>
        RowByRow(op, op.Output.IsQuantized ? StepKind.Quantize : StepKind.RoundToGrid, [Epilogue.Round], op.Input, null);

    private Step Rope(RopeOp op)
    {
        var step = RowByRow(op, StepKind.Rope, [Epilogue.Rotary], op.Input, null);
        return step with { Operands = [.. step.Operands, run.Rotary(OperandRole.Rotary, op.Table)], HeadDim = op.HeadDim };
    }

    /// <summary>Each head of each projection for a tile of tokens: its rows of the weight, then a token after the other.</summary>
    private Step HeadProjections(HeadProjectionsOp op)
    {
        var operands = new List<Operand>();
        var bodies = new List<LoopNode>();
        if (op.Query is not null)
        {
            operands.AddRange(place.Projection(op.Query, OperandRole.QueryWeight, OperandRole.QueryBias, OperandRole.QueryNorm, OperandRole.QueryRotary, StepOperands.HeadRows(Dimension.Heads, op.Shape)));
            operands.Add(place.Activations(OperandRole.Input, op.Query.Linear.Input, StepOperands.Inputs(op.Query.Linear.Input)));
            bodies.Add(Heads(op.Query, Dimension.Heads, OperandRole.QueryWeight, OperandRole.QueryBias, OperandRole.QueryNorm, OperandRole.QueryRotary, OperandRole.Input, Write(OperandRole.Output)));
        }
        foreach (var (projection, key) in new[] { (op.Key, true), (op.Value, false) })
        {
            var (weight, bias, norm, rotary, input, cache) = key
                ? (OperandRole.KeyWeight, OperandRole.KeyBias, OperandRole.KeyNorm, OperandRole.KeyRotary, OperandRole.KeyInput, OperandRole.Keys)
                : (OperandRole.ValueWeight, OperandRole.ValueBias, OperandRole.ValueNorm, OperandRole.ValueRotary, OperandRole.ValueInput, OperandRole.Values);
            operands.AddRange(place.Projection(projection, weight, bias, norm, rotary, StepOperands.HeadRows(Dimension.KvHeads, op.Shape)));
            operands.Add(place.Activations(input, projection.Linear.Input, StepOperands.Inputs(projection.Linear.Input)));
            operands.Add(place.Cache(cache, op.Layer));
            bodies.Add(Heads(projection, Dimension.KvHeads, weight, bias, norm, rotary, input, new Access(AccessKind.Append, cache)));
        }
        if (op.Query is not null)
            operands.Add(place.Activations(OperandRole.Output, op.Output, StepOperands.HeadColumns(Dimension.Heads, op.Shape)) with { IsIntermediate = true });
        var linears = op.Projections;
        return new Step(
            op.Name,
            StepKind.HeadProjections,
            "",
            [.. operands],
            Epilogues(linears.Any(projection => projection.Linear.Bias is not null), linears.Any(projection => projection.Norm is not null), linears.Any(projection => projection.Rope is not null), false),
            [new Loop(Dimension.Tokens, tiles.ProjectionTokens, [.. bodies]) { Parallel = true }])
        {
            Attention = op.Shape,
            Norm = linears.FirstOrDefault(projection => projection.Norm is not null)?.Norm is { } norms ? new Norm(norms.Epsilon, norms.GroupWidth) : null,
        };

        Loop Heads(HeadProjection projection, Dimension heads, OperandRole weight, OperandRole bias, OperandRole norm, OperandRole rotary, OperandRole input, Access store)
        {
            var product = Product(weight, bias, input, projection.Linear.Weight, heads, Dimension.HeadDim);
            return new Loop(heads, 1, [.. product, new Loop(Dimension.Tokens, 1, [Read(norm), Read(rotary), store])]) { Parallel = true };
        }
    }

    /// <summary>
    /// A KV head and a span of tokens at a time, later spans first since they see more: the queries of its group are projected, then tiles of tokens attended over tiles of positions.
    /// </summary>
    private Step Tphs(TphsAttentionOp op)
    {
        var shape = op.Shape;
        var input = op.Query.Linear.Input;
        Axis[] rows =
        [
            new(Dimension.KvHeads, shape.KvHeads, (long)shape.GroupHeads * shape.HeadDim), new(Dimension.GroupHeads, shape.GroupHeads, shape.HeadDim), new(Dimension.HeadDim, shape.HeadDim, 1),
        ];
        return new Step(
            op.Name,
            StepKind.TphsAttention,
            "",
            [
                .. place.Projection(op.Query, OperandRole.QueryWeight, OperandRole.QueryBias, OperandRole.QueryNorm, OperandRole.QueryRotary, rows),
                place.Activations(OperandRole.Input, input, StepOperands.Inputs(input)),
                place.Cache(OperandRole.Keys, op.Layer),
                place.Cache(OperandRole.Values, op.Layer),
                .. PositionBias(op.PositionBias, shape),
                .. Sinks(op.Sinks, shape),
                place.Activations(OperandRole.Output, op.Output, rows),
            ],
            Epilogues(op.Query.Linear.Bias is not null, op.Query.Norm is not null, op.Query.Rope is not null, op.Output.IsQuantized),
            [new Loop(Dimension.Tokens, tiles.TphsTokens,
            [
                new Loop(Dimension.KvHeads, 1,
                [
                    new Loop(Dimension.GroupHeads, 1,
                    [
                        .. Product(OperandRole.QueryWeight, OperandRole.QueryBias, OperandRole.Input, op.Query.Linear.Weight, Dimension.GroupHeads, Dimension.HeadDim),
                        Read(OperandRole.QueryNorm),
                        Read(OperandRole.QueryRotary),
                    ]),
                    new Loop(Dimension.Tokens, tiles.AttentionTokens(shape),
                    [
                        .. ReadSinks(op.Sinks),
                        .. AttendPositions(op.PositionBias),
                        new Loop(Dimension.Tokens, 1, [Write(OperandRole.Output)]),
                    ]),
                ]) { Parallel = true },
            ]) { Parallel = true, Descending = true }])
        {
            Attention = shape,
            Norm = op.Query.Norm is { } norm ? new Norm(norm.Epsilon, norm.GroupWidth) : null,
        };
    }

    private Step Scores(ScoresOp op) => EachGroup(
        op,
        StepKind.Scores,
        [place.Activations(OperandRole.Input, op.Query, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape)) with { IsIntermediate = true }, place.Cache(OperandRole.Keys, op.Layer), .. PositionBias(op.PositionBias, op.Shape), place.StoredScores(OperandRole.Output, op.Output, op.Shape)],
        op.Shape,
        [new Loop(Dimension.Tokens, 1, [Read(OperandRole.Input)]), Read(OperandRole.Keys), AttentionWork(OperandRole.Keys), .. ReadBias(op.PositionBias), Write(OperandRole.Output)]);

    private Step Softmax(SoftmaxOp op) => EachGroup(
        op,
        StepKind.Softmax,
        [place.StoredScores(OperandRole.Input, op.Input, op.Shape), .. Sinks(op.Sinks, op.Shape), place.StoredScores(OperandRole.Output, op.Output, op.Shape)],
        op.Shape,
        [Read(OperandRole.Input), .. ReadSinks(op.Sinks), SoftmaxWork(), Write(OperandRole.Output)]);

    private Step WeightedValues(WeightedValuesOp op) => EachGroup(
        op,
        StepKind.WeightedValues,
        [place.StoredScores(OperandRole.Input, op.Input, op.Shape), place.Cache(OperandRole.Values, op.Layer), place.Activations(OperandRole.Output, op.Output, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape))],
        op.Shape,
        [Read(OperandRole.Input), Read(OperandRole.Values), AttentionWork(OperandRole.Values), new Loop(Dimension.Tokens, 1, [Write(OperandRole.Output)])]);

    private Step EachGroup(Op op, StepKind kind, Items<Operand> operands, AttentionShape shape, Items<LoopNode> body) => new(
        op.Name,
        kind,
        "",
        operands,
        [],
        [new Loop(Dimension.Tokens, tiles.GemmTokens, [new Loop(Dimension.KvHeads, 1, body) { Parallel = true }]) { Parallel = true }])
    {
        Attention = shape,
    };

    /// <summary>One sequence after the other; its cache in pieces, each KV head of a piece by itself.</summary>
    private Step Split(SplitAttentionOp op) => new(
        op.Name,
        StepKind.SplitAttention,
        "",
        [
            place.Activations(OperandRole.Input, op.Query, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape)) with { IsIntermediate = true },
            place.Cache(OperandRole.Keys, op.Layer),
            place.Cache(OperandRole.Values, op.Layer),
            .. PositionBias(op.PositionBias, op.Shape),
            place.Pieces(OperandRole.Output, op.Output, op.Shape, op.PiecePositions),
        ],
        [],
        [new Loop(Dimension.Tokens, 1,
        [
            new Loop(Dimension.Positions, op.PiecePositions,
            [
                new Loop(Dimension.KvHeads, 1, [Read(OperandRole.Input), .. AttendPositions(op.PositionBias), Write(OperandRole.Output)]) { Parallel = true },
            ]) { Parallel = true },
        ]) { Parallel = true }])
    {
        Attention = op.Shape,
    };

    private Step Merge(MergePiecesOp op) => new(
        op.Name,
        StepKind.MergePieces,
        "",
        [place.Pieces(OperandRole.Input, op.Input, op.Shape, op.PiecePositions), .. Sinks(op.Sinks, op.Shape), place.Activations(OperandRole.Output, op.Output)],
        op.Output.IsQuantized ? [Epilogue.Round] : [],
        [EachRow([Read(OperandRole.Input), .. ReadSinks(op.Sinks), Elementwise(), Write(OperandRole.Output)])])
    {
        Attention = op.Shape,
    };

    private Step StoreKv(StoreKvOp op) => new(op.Name, StepKind.StoreKv, "", [.. NewKeysAndValues(op.Key, op.Value, op.Shape), .. Caches(op.Layer)], [], [StoreEachHead()])
    {
        Attention = op.Shape,
    };

    private IEnumerable<Operand> NewKeysAndValues(Value key, Value value, AttentionShape shape) =>
    [
        place.Activations(OperandRole.NewKeys, key, StepOperands.HeadRows(Dimension.KvHeads, shape)),
        place.Activations(OperandRole.NewValues, value, StepOperands.HeadRows(Dimension.KvHeads, shape)),
    ];

    private IEnumerable<Operand> Caches(int layer) => [place.Cache(OperandRole.Keys, layer), place.Cache(OperandRole.Values, layer)];

    private static Loop StoreEachHead() => new(Dimension.KvHeads, 1,
    [
        new Loop(Dimension.Tokens, 1,
        [
            Read(OperandRole.NewKeys), new Access(AccessKind.Append, OperandRole.Keys), Read(OperandRole.NewValues), new Access(AccessKind.Append, OperandRole.Values),
        ]),
    ]);

    /// <summary>As a model writes it down.</summary>
    private Step Attention(AttentionOp op) => new(
        op.Name,
        StepKind.Attention,
        "",
        [
            place.Activations(OperandRole.Input, op.Query, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape)),
            .. NewKeysAndValues(op.Key, op.Value, op.Shape),
            .. Caches(op.Layer),
            .. PositionBias(op.PositionBias, op.Shape),
            .. Sinks(op.Sinks, op.Shape),
            place.Activations(OperandRole.Output, op.Output, StepOperands.HeadColumns(Dimension.KvHeads, op.Shape)),
        ],
        [],
        [
            StoreEachHead(),
            new Loop(Dimension.Tokens, tiles.GemmTokens,
            [
                new Loop(Dimension.KvHeads, 1,
                [
                    new Loop(Dimension.Tokens, tiles.AttentionTokens(op.Shape),
                    [
                        new Loop(Dimension.Tokens, 1, [Read(OperandRole.Input)]),
                        .. ReadSinks(op.Sinks),
                        .. AttendPositions(op.PositionBias),
                        new Loop(Dimension.Tokens, 1, [Write(OperandRole.Output)]),
                    ]),
                ]) { Parallel = true },
            ]) { Parallel = true },
        ])
    {
        Attention = op.Shape,
    };

    /// <summary>Each token by itself: what the ones before it were convolved from is worked out again, or in the cache.</summary>
    private Step ShortConv(ShortConvOp op)
    {
        var column = new Axis(Dimension.Columns, op.Output.Width, 1);
        return new Step(
            op.Name,
            StepKind.ShortConv,
            "",
            [
                weights.Vector(OperandRole.Weight, op.Weight, op.Taps * (long)op.Output.Width, new Axis(Dimension.HeadDim, op.Taps, op.Output.Width), column),
                .. op.Bias is null ? (Operand[])[] : [weights.Vector(OperandRole.Bias, op.Bias, op.Output.Width)],
                place.Activations(OperandRole.Input, op.Input, new Axis(Dimension.GroupHeads, 3, op.Output.Width), column),
                place.Convolved(),
                place.Activations(OperandRole.Output, op.Output),
            ],
            [],
            [EachRow(
                Read(OperandRole.Input),
                Read(OperandRole.Weight),
                Read(OperandRole.Bias),
                new Access(AccessKind.Append, OperandRole.Convolved),
                Read(OperandRole.Convolved),
                new Work(WorkKind.Elementwise, OperandRole.Output, [place.Rows, Dimension.Columns], op.Taps + 2),
                Write(OperandRole.Output))])
        {
            Taps = op.Taps,
        };
    }

    /// <summary>Those whose logits are wanted come to the front.</summary>
    private Step Select(SelectRowsOp op)
    {
        place.OnLogitRows = false;
        var input = place.Activations(OperandRole.Input, op.Input);
        place.OnLogitRows = true;
        return new Step(op.Name, StepKind.SelectRows, "", [input, place.Activations(OperandRole.Output, op.Output)], [], [new Loop(Dimension.LogitRows, 1, [Read(OperandRole.Input), Write(OperandRole.Output)])])
        {
            FirstRow = op.FirstRow,
        };
    }

    private Step Activate(ActivateOp op)
    {
        var step = RowByRow(op, StepKind.Activate, [], op.Input, null) with { Function = op.Function, Scale = op.Cap };
        return op.Parameters is null ? step : step with { Operands = [.. step.Operands, weights.Vector(OperandRole.Parameters, op.Parameters, 4)] };
    }

    private Step RowByRow(Op op, StepKind kind, Items<Epilogue> epilogue, Value first, Value? second) => new(
        op.Name,
        kind,
        "",
        second is null
            ? [place.Activations(OperandRole.Input, first), place.Activations(OperandRole.Output, op.Output)]
            : [place.Activations(OperandRole.Input, first), place.Activations(OperandRole.Second, second), place.Activations(OperandRole.Output, op.Output)],
        epilogue,
        [EachRow(Read(OperandRole.Input), Read(OperandRole.Second), Read(OperandRole.Rotary), Read(OperandRole.Parameters), Elementwise(), Write(OperandRole.Output))]);

    /// <summary>Rows of the weight a tile at a time, for all tokens or for as many as stay on the chip.</summary>
    private Items<LoopNode> EachProduct(Op op, LinearOp linear, Items<LoopNode> body)
    {
        var rows = new Loop(Dimension.Columns, tiles.Rows(op, op.Linears, weights.Info), body) { Parallel = true };
        return !place.OnLogitRows && tiles.ProductTokens(linear) is > 0 and var tokens ? [new Loop(Dimension.Tokens, tokens, [rows])] : [rows];
    }

    private Loop EachRow(params ReadOnlySpan<LoopNode> body) => new(place.Rows, 1, Items.Of(body)) { Parallel = true };

    private static Access Read(OperandRole role) => new(AccessKind.Read, role);

    private static Access Write(OperandRole role) => new(AccessKind.Write, role);

    private static Access Gather(OperandRole role) => new(AccessKind.Gather, role);

    private Work Elementwise() => new(WorkKind.Elementwise, OperandRole.Output, [place.Rows, Dimension.Columns], 1);

    /// <summary>Weight rows and bias are read, packed rows unpacked, then multiplied with all tokens of the tile.</summary>
    /// <param name="rows">The dimensions that count rows of the weight.</param>
    private List<LoopNode> Product(OperandRole weight, OperandRole? bias, OperandRole input, string name, params ReadOnlySpan<Dimension> rows)
    {
        var info = weights.Info(name);
        var nodes = new List<LoopNode> { Read(weight) };
        if (bias is { } role)
            nodes.Add(Read(role));
        nodes.Add(Read(input));
        if (info.IsPacked)
            nodes.Add(new Work(WorkKind.Unpack, weight, [.. rows], (int)Math.Min(int.MaxValue, info.PlainRowBytes)));
        nodes.Add(new Work(WorkKind.Product, weight, [place.Rows, .. rows, Dimension.Inputs], 2));
        return nodes;
    }

    /// <summary>[Heads], those of a group side by side; nothing where there are none.</summary>
    private IEnumerable<Operand> Sinks(string? name, AttentionShape shape) => name is null
        ? []
        : [weights.Vector(OperandRole.Sinks, name, shape.Heads, new Axis(Dimension.KvHeads, shape.KvHeads, shape.GroupHeads), new Axis(Dimension.GroupHeads, shape.GroupHeads, 1))];

    private static IEnumerable<LoopNode> ReadSinks(string? name) => name is null ? [] : [Read(OperandRole.Sinks)];

    /// <summary>[Heads, 2 * BiasReach - 1], those of a group side by side; nothing where there are none.</summary>
    private IEnumerable<Operand> PositionBias(string? name, AttentionShape shape)
    {
        if (name is null)
            yield break;
        var row = 2L * shape.BiasReach!.Value - 1;
        yield return weights.Vector(
            OperandRole.PositionBias, name, shape.Heads * row, new Axis(Dimension.KvHeads, shape.KvHeads, shape.GroupHeads * row), new Axis(Dimension.GroupHeads, shape.GroupHeads, row), new Axis(Dimension.Columns, row, 1));
    }

    private static IEnumerable<LoopNode> ReadBias(string? name) => name is null ? [] : [Read(OperandRole.PositionBias)];

    /// <summary>Keys, then values, of a tile of positions at a time.</summary>
    /// <param name="bias">What scores get by distance, or null.</param>
    private List<LoopNode> AttendPositions(string? bias) =>
    [
        .. ReadBias(bias),
        new Loop(Dimension.Positions, tiles.AttentionPositions,
        [
            Read(OperandRole.Keys), AttentionWork(OperandRole.Keys), SoftmaxWork(), Read(OperandRole.Values), AttentionWork(OperandRole.Values),
        ]),
    ];

    private static Work AttentionWork(OperandRole cache) => new(WorkKind.Attention, cache, [Dimension.Tokens, Dimension.Positions, Dimension.KvHeads, Dimension.GroupHeads, Dimension.HeadDim], 2);

    private static Work SoftmaxWork() => new(WorkKind.Softmax, OperandRole.Output, [Dimension.Tokens, Dimension.Positions, Dimension.KvHeads, Dimension.GroupHeads], 1);

    private static Items<Epilogue> Epilogues(bool bias, bool norm, bool rotary, bool round)
    {
        var epilogue = new List<Epilogue>(4);
        if (bias)
            epilogue.Add(Epilogue.Bias);
        if (norm)
            epilogue.Add(Epilogue.HeadNorm);
        if (rotary)
            epilogue.Add(Epilogue.Rotary);
        if (round)
            epilogue.Add(Epilogue.Round);
        return [.. epilogue];
    }
}
