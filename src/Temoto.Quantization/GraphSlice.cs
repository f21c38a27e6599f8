using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// Runs a part of a model's operations on one calibration sequence at a time, in float32, with the steps of the executor: the operations mean here what they mean
/// there. Their plan gives every value memory of its own; none is overwritten, so that any of them can be read, or set, between two runs.
/// </summary>
internal sealed unsafe class GraphSlice : IDisposable
{
    private readonly ParallelKernels compute;
    private readonly int maxTokens;
    private readonly Plan plan;
    private readonly PlacedStep[] steps;
    private readonly long[] offsets;
    private readonly NativeBuffer arena;
    private readonly NativeBuffer run;
    private readonly long pixelCount;
    private readonly KvCache? cache;
    private readonly long scratchFloats;

    /// <param name="ops">Consecutive operations, of one layer or of none.</param>
    /// <param name="describe">Formats and shapes of the weights, as the plan needs to know them.</param>
    public GraphSlice(Graph graph, IReadOnlyList<Op> ops, int maxTokens, Func<string, WeightInfo> describe, ParallelKernels compute)
    {
        this.compute = compute;
        this.maxTokens = maxTokens;
        Ops = ops;
        var wish = new PlanWish(Phase.Prefill, maxTokens, maxTokens, maxTokens, NumberType.Float32, null);
        plan = Planner.PlanAsWritten(graph with { Ops = ops, Logits = ops[^1].Output }, wish, HostBoard.Assumed(compute.Kernels, compute.Pool.Threads), describe, out offsets);
        steps = [.. plan.Steps];
        var rounded = ops.OfType<LinearOp>().Select(op => (long)op.Input.Width).DefaultIfEmpty(0).Max() * maxTokens * sizeof(float);
        arena = new NativeBuffer(plan.ArenaBytes + rounded);
        run = new NativeBuffer(plan.BytesOf(MemoryRegion.Run));
        cache = plan.Kv is { } layout ? new KvCache(layout) : null;
        foreach (var table in BoundRotary.Of(plan, run.Data))
        {
            for (var position = 0; position < maxTokens; position++)
                table.Fill(position, position);
        }
        pixelCount = plan.Find(OperandRole.Pixels)?.Bytes / sizeof(float) ?? 0;
        foreach (var placed in steps)
            scratchFloats = Math.Max(scratchFloats, StepBinder.ScratchFloats(plan, placed.Step, compute.Kernels));
    }

    public IReadOnlyList<Op> Ops { get; }

    /// <summary>[tokens, width] of a value this slice reads or writes.</summary>
    public float* At(Value value) => (float*)(arena.Data + offsets[value.Id]);

    /// <summary>Where a slice that starts with the embedding finds its token ids.</summary>
    public Span<int> TokenIds => new(run.Data + plan.Find(OperandRole.TokenIds)!.Elements.OffsetBytes, maxTokens);

    /// <summary>[3, height, width]: where a slice that starts with patches finds its picture.</summary>
    public Span<float> Pixels => new(run.Data + plan.Find(OperandRole.Pixels)!.Elements.OffsetBytes, (int)pixelCount);

    /// <summary>Runs operations [first, last] on a sequence that starts at position 0.</summary>
    /// <param name="weights">Matrices of any type, vectors as F32.</param>
    /// <param name="grids">How the input of a linear operation is rounded; null, or a null answer, leaves it as it is.</param>
    public void Run(int first, int last, int tokens, Func<string, Tensor> weights, Func<LinearOp, ActivationGrid?>? grids = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, maxTokens);
        var state = new ForwardState
        {
            Kernels = compute.Kernels,
            Threads = compute.Pool.Threads,
            Scratch = compute.Scratch(scratchFloats),
            Arena = arena.Data,
            Run = run.Data,
            Tokens = tokens,
            LogitRows = tokens,
            RowsAreSequences = false,
            Caches = [cache!],
        };
        for (var index = first; index <= last; index++)
        {
            var step = StepBinder.Bind(new StepBinding(plan, Rounded(index, tokens, grids), state, weights));
            compute.Pool.Run(step, step.Prepare());
        }
    }

    public void Dispose()
    {
        arena.Dispose();
        run.Dispose();
        cache?.Dispose();
    }

    /// <summary>The step of an operation; of a linear one whose input is to be rounded, with the rounded input in place of its own.</summary>
    private PlacedStep Rounded(int index, int tokens, Func<LinearOp, ActivationGrid?>? grids)
    {
        if (Ops[index] is not LinearOp linear || grids?.Invoke(linear) is not { } grid)
            return steps[index];
        RoundRows(At(linear.Input), (float*)(arena.Data + plan.ArenaBytes), tokens, linear.Input.Width, grid);
        var operands = steps[index].Step.Operands.Select(operand => operand.Role == OperandRole.Input
            ? operand with { Parts = [operand.Elements with { OffsetBytes = plan.ArenaBytes, LayerStrideBytes = 0 }] }
            : operand);
        return steps[index] with { Step = steps[index].Step with { Operands = [.. operands] } };
    }

    private void RoundRows(float* x, float* y, int tokens, int width, ActivationGrid grid) =>
        ParallelRows.Run(compute.Pool, tokens, 16, (start, end, _) =>
        {
            for (var row = start; row < end; row++)
                grid.Round(x + row * width, y + row * width, width);
        });
}
