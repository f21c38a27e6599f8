using CsCheck;
using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Tests.Planning;

/// <summary>What holds of every plan, whatever model, weights, board and wish.</summary>
public class PlanPropertyTests
{
    private const ulong Seed = 20261128;

    private static readonly string[] Shapes = ["tiny-qwen2", "tiny-llama", "tiny-qwen3", "tiny-opt", "tiny-opt-post", "tiny-vit", "tiny-deit"];

    private static readonly Board[] Boards =
    [
        .. KernelChooser.Available.SelectMany(name => new[] { 1, 3, 16 }.Select(threads => HostBoard.Assumed(KernelChooser.Choose(name), threads))),
        .. BoardChoice.Names.Select(BoardChoice.Read),
    ];

    /// <summary>Numbers only: what they mean, <see cref="Planned"/> says.</summary>
    private sealed record Case(
        string Shape, int Layers, int KvHeads, int GroupHeads, int HeadDim, int Intermediate, int? Window, int Weights, bool LayersAreAlike, int Board, bool Integers, int PiecePositions,
        Phase Phase, DataflowMode? Dataflow, bool AsWritten, int Tokens, int LogitRows, int Context, NumberType Kv);

    private static readonly Gen<Case> Cases =
        from model in Gen.Select(OneOf(Shapes), Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[1, 3])
        from widths in Gen.Select(OneOf(2, 6, 16, 32, 64), OneOf(32, 64, 160, 192), OneOf<int?>(null, null, 1, 5))
        from weights in Gen.Select(Gen.Int[0, 1000], Gen.Bool)
        from board in Gen.Select(Gen.Int[0, Boards.Length - 1], Gen.Bool, OneOf(16, 32, 256))
        from wish in Gen.Select(OneOf(Phase.Prefill, Phase.Decode), OneOf<DataflowMode?>(null, DataflowMode.Gemm, DataflowMode.Tphs), Gen.Int[0, 5])
        from run in Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int[0, 60], OneOf(NumberType.Float32, NumberType.Float16, NumberType.Int8))
        select new Case(
            model.Item1, model.Item2, model.Item3, model.Item4, widths.Item1, widths.Item2, widths.Item3, weights.Item1, weights.Item2, board.Item1, board.Item2, board.Item3,
            wish.Item1, wish.Item2, wish.Item3 == 0, run.Item1, Math.Min(run.Item1, run.Item2), run.Item1 + run.Item3, run.Item4);

    /// <summary>Written down and read back, a plan is the same plan, and written down again the same text.</summary>
    [Fact]
    public void APlanComesBackEqual() => ForAll(made =>
    {
        var (plan, _) = made;
        var text = plan.ToJson();
        var read = Plan.FromJson(text);
        Assert.Equal(plan, read);
        Assert.Equal(text, read.ToJson());
    }, cases: 30);

    /// <summary>No two live values share a byte of the activations; keys and values of all layers lie apart; nothing lies outside its memory.</summary>
    [Fact]
    public void WhatAStepReadsIsWhatWasWritten() => ForAll(made =>
    {
        var (plan, ops) = made;
        new PlanShadow(plan, ops).Run(FullRun(plan));
    });

    /// <summary>Weights lie apart, and a weight that several steps read lies in one place; so layers' strides keep them apart.</summary>
    [Fact]
    public void WeightsLieApart() => ForAll(made =>
    {
        var places = new Dictionary<(string Name, PartKind Kind), (long Start, long End)>();
        foreach (var placed in made.Plan.Steps)
        {
            foreach (var operand in placed.Step.Operands.Where(operand => operand.Memory == MemoryRegion.Weights))
            {
                foreach (var part in operand.Parts)
                {
                    var place = (placed.Offset(part), placed.Offset(part) + part.Bytes);
                    Assert.True(places.TryAdd((placed.NameOf(operand), part.Kind), place) || places[(placed.NameOf(operand), part.Kind)] == place, placed.NameOf(operand));
                }
            }
        }
        var end = 0L;
        foreach (var (start, next) in places.Values.Order())
        {
            Assert.True(start >= end, $"{start} lies in front of {end}");
            end = next;
        }
        Assert.True(end <= made.Plan.BytesOf(MemoryRegion.Weights));
    });

    /// <summary>Every device is the board's, and only weights that its units take are multiplied on any but the last.</summary>
    [Fact]
    public void StepsRunWhereTheirProductsAreTaken() => ForAll((made, board) =>
    {
        foreach (var step in made.Plan.Sections.SelectMany(section => section.Steps))
        {
            Assert.Contains(board.Devices, device => device.Name == step.Device);
            if (step.Kind != StepKind.Linear || step.Device == board.LastDevice.Name)
                continue;
            var weight = step[OperandRole.Weight];
            var unit = board.UnitFor(step.Device, WorkKind.Product, weight.Format, weight.Shape[1], step[OperandRole.Input].Format, made.Plan.Phase == Phase.Decode);
            Assert.NotNull(unit);
            Assert.True(step.Tile(Dimension.Columns) % board.Device(step.Device).Tiling.UnitRows == 0 || step.Tile(Dimension.Columns) == weight.Shape[0]);
        }
    });

    private static Gen<T> OneOf<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(index => items[index]);

    private static void ForAll(Action<(Plan Plan, IReadOnlyList<Op> Ops)> check, int cases = 150) => ForAll((made, _) => check(made), cases);

    /// <summary>The same cases in every run; one that fails is made smaller, and what is left of it stands in the error.</summary>
    private static void ForAll(Action<(Plan Plan, IReadOnlyList<Op> Ops), Board> check, int cases = 150)
    {
        for (var i = 0u; i < Thoroughness.Cases(cases); i++)
        {
            var random = new PCG(i, Seed);
            var state = random.ToString();
            var one = Cases.Generate(random, null, out _);
            try
            {
                Check(one);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                Cases.Sample(Check, seed: state, iter: 500, threads: 1);
                throw;
            }
        }

        void Check(Case one) => check(Planned(one), BoardOf(one));
    }

    private static RunShape FullRun(Plan plan) => plan.Phase == Phase.Decode
        ? new RunShape(plan.MaxTokens, plan.MaxTokens, [.. Enumerable.Range(0, plan.MaxTokens).Select(sequence => plan.ContextTokens - 1 - sequence % plan.ContextTokens)])
        : new RunShape(plan.MaxTokens, plan.MaxLogitRows, [plan.ContextTokens - plan.MaxTokens]);

    private static Board BoardOf(Case one)
    {
        var board = one.Integers ? Boards[one.Board] : Boards[one.Board].WithFloatActivations();
        return board with
        {
            Devices = [.. board.Devices.Select(device => device with { Tiling = device.Tiling with { PiecePositions = one.PiecePositions } })],
        };
    }

    /// <summary>The plan, and its operations in order.</summary>
    private static (Plan Plan, IReadOnlyList<Op> Ops) Planned(Case one)
    {
        var config = ModelShapes.Get(one.Shape) with { NumHiddenLayers = one.Layers, NumAttentionHeads = one.KvHeads * one.GroupHeads, NumKeyValueHeads = one.KvHeads, HeadDim = one.HeadDim, IntermediateSize = one.Intermediate };
        // These have as many KV heads as heads, which fill the width; pictures run whole.
        if (one.Shape is not ("tiny-qwen2" or "tiny-llama" or "tiny-qwen3"))
            config = config with { NumKeyValueHeads = config.NumAttentionHeads, HiddenSize = config.NumAttentionHeads * one.HeadDim };
        var isPicture = config.Vision is not null;
        var context = isPicture ? config.MaxPositionEmbeddings : one.Context;
        var phase = isPicture ? Phase.Prefill : one.Phase;
        var tokens = isPicture ? context : one.Tokens;
        var wish = new PlanWish(phase, tokens, phase == Phase.Decode ? tokens : isPicture ? 1 : one.LogitRows, context, one.Kv, one.Dataflow);
        var board = BoardOf(one);
        var written = Architecture.Build(config, "test");
        if (one.Window is { } window && !isPicture)
            written = written with { Ops = [.. written.Ops.Select(op => op is AttentionOp attention && attention.Layer % 2 == 0 ? attention with { Shape = attention.Shape with { Window = window } } : op)] };
        var weights = FakeWeights.Of(written, one.Weights, one.LayersAreAlike);
        if (one.AsWritten && phase == Phase.Prefill)
            return (Planner.PlanAsWritten(written, wish, board, weights, out _), written.Ops);
        var graph = Planner.Prepare(written, board, one.Kv, keepsAllRows: false, weights);
        var plan = Planner.Plan(graph, wish, board, weights);
        // The mode that the planner chose stands in the steps.
        var mode = plan.Steps.Any(step => step.Step.Kind == StepKind.TphsAttention) ? DataflowMode.Tphs : DataflowMode.Gemm;
        var piece = Math.Min(one.PiecePositions, KvLayout.WholePanels(context));
        return (plan, Fusion.Apply(graph, phase, mode, context, piece, Format.Single).Ops);
    }
}
