using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>A chunk is some rows of the matrices of one expert, for the tokens that are sent to it.</summary>
internal sealed unsafe class GatedExpertsStep : BoundStep
{
    private readonly BoundExperts gates;
    private readonly BoundExperts ups;
    private readonly ExpertTokens routes;
    private readonly OutputRows output;
    private readonly byte* input;
    private readonly long inputRowBytes;
    private readonly int width;
    private readonly int tileRows;
    private int chunksPerExpert;

    public GatedExpertsStep(StepBinding binding)
        : base(binding)
    {
        gates = new BoundExperts(binding, OperandRole.GateWeight, OperandRole.GateBias);
        ups = new BoundExperts(binding, OperandRole.UpWeight, OperandRole.UpBias);
        routes = new ExpertTokens(binding, (int)Step[OperandRole.Routes].Shape[0]);
        output = new OutputRows(binding);
        input = binding.Find(OperandRole.Input);
        inputRowBytes = Step[OperandRole.Input].Format.RowBytes(Step[OperandRole.Input].Shape[1]);
        width = (int)gates.Weights[0].Rows;
        tileRows = Step.Tile(Dimension.Columns);
    }

    /// <summary>Gathered rows, both products, and what products need.</summary>
    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels)
    {
        var rows = step.Tile(Dimension.Columns);
        var input = step[OperandRole.Input];
        var tokens = Math.Min(plan.MaxTokens, BoundExperts.MostTokens);
        return WholeRegisters(tokens * input.Format.RowBytes(input.Shape[1]) / sizeof(float)) + 2 * WholeRegisters((long)tokens * rows) + BoundExperts.ScratchFloats(plan, step, kernels, input.Shape[1], rows);
    }

    public override bool HasUnevenChunks => true;

    public override int Prepare()
    {
        routes.Sort(Rows);
        chunksPerExpert = Chunks(width, tileRows);
        return routes.Count * chunksPerExpert;
    }

    public override void Execute(int chunk, int worker)
    {
        var expert = routes.Expert(chunk / chunksPerExpert);
        var start = chunk % chunksPerExpert * tileRows;
        var count = Math.Min(tileRows, width - start);
        var tokens = routes.Tokens(expert);
        var slots = routes.Slots(expert);
        for (var first = 0; first < tokens.Length; first += BoundExperts.MostTokens)
        {
            var some = Math.Min(BoundExperts.MostTokens, tokens.Length - first);
            Execute(expert, start, count, tokens.Slice(first, some), slots.Slice(first, some), State.Scratch[worker]);
        }
    }

    private void Execute(int expert, int start, int count, ReadOnlySpan<int> tokens, ReadOnlySpan<int> slots, float* scratch)
    {
        var rows = (byte*)scratch;
        for (var i = 0; i < tokens.Length; i++)
            Buffer.MemoryCopy(input + tokens[i] * inputRowBytes, rows + i * inputRowBytes, inputRowBytes, inputRowBytes);
        var floats = WholeRegisters((long)tokens.Length * count);
        var gate = scratch + WholeRegisters(tokens.Length * inputRowBytes / sizeof(float));
        var up = gate + floats;
        gates.Multiply(expert, start, start + count, rows, tokens.Length, gate, count, up + floats);
        ups.Multiply(expert, start, start + count, rows, tokens.Length, up, count, up + floats);
        if (Step.Bounds is { } bounds)
            Kernels.Bound(gate, up, floats, bounds.Limit, bounds.UpOffset);
        Gate.Apply(Kernels, Step.Function, gate, up, floats);
        for (var i = 0; i < tokens.Length; i++)
            output.Store(gate + (long)i * count, tokens[i], slots[i] * width + start, count);
    }
}
