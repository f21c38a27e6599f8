using Temoto.Kernels;
using Temoto.Kernels.Integers;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>A chunk is some columns of the output: each expert in turn adds what it counts times its product, for the tokens that are sent to it.</summary>
internal sealed unsafe class DownExpertsStep : BoundStep
{
    private readonly BoundExperts downs;
    private readonly ExpertTokens routes;
    private readonly byte* input;
    private readonly long inputRowBytes;
    private readonly long inputColumns;
    private readonly long partBytes;
    private readonly bool isInteger;
    private readonly int columns;
    private readonly int tileRows;

    public DownExpertsStep(StepBinding binding)
        : base(binding)
    {
        downs = new BoundExperts(binding, OperandRole.Weight, OperandRole.Bias);
        routes = new ExpertTokens(binding, (int)Step[OperandRole.Routes].Shape[0]);
        var operand = Step[OperandRole.Input];
        input = binding.Find(OperandRole.Input);
        inputColumns = operand.Shape[1];
        inputRowBytes = operand.Format.RowBytes(inputColumns);
        isInteger = operand.Format.IsInteger;
        columns = (int)downs.Weights[0].Columns;
        partBytes = operand.Format.RowBytes(columns);
        tileRows = Step.Tile(Dimension.Columns);
    }

    /// <summary>Gathered parts of rows, their products, and what products need.</summary>
    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels)
    {
        var rows = step.Tile(Dimension.Columns);
        var input = step[OperandRole.Input];
        var width = input.Shape[1] / step.Routing!.Chosen;
        var tokens = Math.Min(plan.MaxTokens, BoundExperts.MostTokens);
        return WholeRegisters(tokens * input.Format.RowBytes(width) / sizeof(float)) + WholeRegisters((long)tokens * rows) + BoundExperts.ScratchFloats(plan, step, kernels, width, rows);
    }

    public override int Prepare()
    {
        routes.Sort(Rows);
        return Chunks(Width, tileRows);
    }

    public override void Execute(int chunk, int worker)
    {
        var start = chunk * tileRows;
        var count = Math.Min(tileRows, Width - start);
        for (var row = 0; row < Rows; row++)
            new Span<float>(Output + (long)row * Width + start, count).Clear();
        for (var index = 0; index < routes.Count; index++)
        {
            var expert = routes.Expert(index);
            var tokens = routes.Tokens(expert);
            var slots = routes.Slots(expert);
            for (var first = 0; first < tokens.Length; first += BoundExperts.MostTokens)
            {
                var some = Math.Min(BoundExperts.MostTokens, tokens.Length - first);
                Add(expert, start, count, tokens.Slice(first, some), slots.Slice(first, some), State.Scratch[worker]);
            }
        }
    }

    private void Add(int expert, int start, int count, ReadOnlySpan<int> tokens, ReadOnlySpan<int> slots, float* scratch)
    {
        var parts = (byte*)scratch;
        for (var i = 0; i < tokens.Length; i++)
            Gather(input + tokens[i] * inputRowBytes, slots[i], parts + i * partBytes);
        var products = scratch + WholeRegisters(tokens.Length * partBytes / sizeof(float));
        downs.Multiply(expert, start, start + count, parts, tokens.Length, products, count, products + WholeRegisters((long)tokens.Length * count));
        for (var i = 0; i < tokens.Length; i++)
            Kernels.AddScaled(Output + (long)tokens[i] * Width + start, routes.Weight(tokens[i], expert), products + (long)i * count, count);
    }

    /// <summary>The part of a row that one of a token's experts has made, as a row of its own.</summary>
    private void Gather(byte* row, int slot, byte* part)
    {
        if (!isInteger)
        {
            Buffer.MemoryCopy(row + slot * partBytes, part, partBytes, partBytes);
            return;
        }
        var source = new QuantizedRow(row, inputColumns).From((long)slot * columns);
        var destination = new QuantizedRow(part, columns);
        Buffer.MemoryCopy(source.Scales, destination.Scales, destination.Blocks * sizeof(float), destination.Blocks * sizeof(float));
        Buffer.MemoryCopy(source.Offsets, destination.Offsets, destination.Blocks * sizeof(int), destination.Blocks * sizeof(int));
        Buffer.MemoryCopy(source.Integers, destination.Integers, columns, columns);
    }
}
