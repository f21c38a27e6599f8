using Temoto.Plans;

namespace Temoto.Tests.Planning;

/// <summary>
/// Carries a plan out on shadows of its memories that hold, for each byte, which value lies there, and says what is wrong: a step reads another value than its operation does, places
/// that overlap or lie outside. It knows the operations in order and what the walk touches, nothing of how places were found.
/// </summary>
internal sealed class PlanShadow(Plan plan, IReadOnlyList<Op> ops) : IPlanListener
{
    private const int Nothing = -1;

    private readonly int[] activations = Filled(plan.ArenaBytes);
    private readonly int[] cache = Filled(plan.BytesOf(MemoryRegion.KvCache) * (plan.Phase == Phase.Decode ? plan.MaxTokens : 1));
    private Op op = null!;
    private PlacedStep placed = null!;

    /// <exception cref="InvalidOperationException">What is wrong, and in which step.</exception>
    public void Run(RunShape run)
    {
        var walk = new PlanWalk(plan, run, this);
        var index = 0;
        foreach (var step in plan.Steps)
        {
            if (index == ops.Count)
                throw new InvalidOperationException("more steps than operations");
            (op, placed) = (ops[index++], step);
            if (op.Layer != step.Layer || op.Name != step.Step.Name)
                throw new InvalidOperationException($"step {step.Step.Name} of layer {step.Layer} stands for operation {op.Name} of layer {op.Layer}");
            walk.Walk(step);
        }
        if (index != ops.Count)
            throw new InvalidOperationException("fewer steps than operations");
        var logits = plan.Logits.Elements;
        for (var offset = logits.OffsetBytes; offset < logits.OffsetBytes + (long)run.LogitRows * ops[^1].Output.RowBytes; offset++)
        {
            if (activations[offset] != ops[^1].Output.Id)
                throw new InvalidOperationException($"byte {offset} of the logits holds value {activations[offset]}");
        }
    }

    public void Compute(Work work, double operations)
    {
        if (operations < 0 || double.IsNaN(operations))
            throw Wrong($"{operations} operations of {work.Kind}");
    }

    public void Touch(in Touch touch)
    {
        if (touch.Offset < 0 || touch.Bytes <= 0 || touch.Offset + touch.Bytes > plan.BytesOf(touch.Operand.Memory))
            throw Wrong($"{touch.Operand.Role} touches {touch.Offset} to {touch.Offset + touch.Bytes} of {touch.Operand.Memory}, which has {plan.BytesOf(touch.Operand.Memory)} bytes");
        switch (touch.Operand.Memory)
        {
            case MemoryRegion.Activations:
                var bytes = activations.AsSpan((int)touch.Offset, (int)touch.Bytes);
                if (touch.Kind == AccessKind.Write)
                    bytes.Fill(op.Output.Id);
                else
                    RequireInput(touch, bytes);
                break;
            case MemoryRegion.KvCache:
                // Who owns a byte: keys or values of a layer.
                var owner = 2 * Math.Max(0, placed.Layer) + (touch.Operand.Role == OperandRole.Keys ? 0 : 1);
                var kept = cache.AsSpan((int)(touch.Sequence * plan.BytesOf(MemoryRegion.KvCache) + touch.Offset), (int)touch.Bytes);
                if (kept.ContainsAnyExcept(owner, Nothing))
                    throw Wrong($"{touch.Operand.Role} touches the cache of another layer, or of values and keys together, at {touch.Offset}");
                if (touch.Kind == AccessKind.Append)
                    kept.Fill(owner);
                break;
        }
    }

    private void RequireInput(in Touch touch, ReadOnlySpan<int> bytes)
    {
        // What an operation runs in place it may find half written, but reads nothing that it wrote.
        var value = bytes[0];
        if (bytes.ContainsAnyExcept(value) || op.Inputs.All(input => input.Id != value))
            throw Wrong($"{touch.Operand.Role} at {touch.Offset} holds value {string.Join(", ", bytes.ToArray().Distinct())}, expected one of {string.Join(", ", op.Inputs.Select(input => input.Id))}");
    }

    private InvalidOperationException Wrong(string what) => new($"step {placed.Step.Name} ({placed.Step.Kind}) of layer {placed.Layer}: {what}");

    private static int[] Filled(long count)
    {
        var shadow = new int[count];
        Array.Fill(shadow, Nothing);
        return shadow;
    }
}
