using Temoto.Kernels;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>A step of a plan in one of its layers, with all that turns its operands into addresses: made once, so that a run looks nothing up.</summary>
/// <param name="tensorOf">A weight by its name in the checkpoint; vectors as F32.</param>
internal sealed unsafe class StepBinding(Plan plan, PlacedStep placed, ForwardState state, Func<string, Tensor> tensorOf)
{
    public Plan Plan { get; } = plan;

    public Step Step { get; } = placed.Step;

    public ForwardState State { get; } = state;

    public KernelSet Kernels => State.Kernels;

    /// <summary>The first row of activations in the arena, or of what the run is given; null where the step has no such operand.</summary>
    public byte* Find(OperandRole role)
    {
        if (Step.Find(role) is not { } operand)
            return null;
        var memory = operand.Memory switch
        {
            MemoryRegion.Activations => State.Arena,
            MemoryRegion.Run => State.Run,
            _ => throw new InvalidOperationException($"{role} of {Step.Name} lies in {operand.Memory}"),
        };
        return memory + placed.Offset(operand.First);
    }

    /// <summary>The same of an operand that is floats, or null.</summary>
    public float* Floats(OperandRole role) => (float*)Find(role);

    /// <summary>A matrix or table.</summary>
    public Tensor Matrix(OperandRole role) => tensorOf(placed.NameOf(Step[role]));

    /// <summary>All matrices with the same role, in order: those of experts.</summary>
    public Tensor[] Matrices(OperandRole role) => [.. Step.Operands.Where(operand => operand.Role == role).Select(operand => tensorOf(placed.NameOf(operand)))];

    /// <summary>A bias or norm; null where the step has none.</summary>
    public float* Vector(OperandRole role) => Step.Find(role) is { } operand ? (float*)tensorOf(placed.NameOf(operand)).Data : null;

    /// <summary>All vectors with the same role, in order.</summary>
    public float*[] Vectors(OperandRole role)
    {
        var operands = Step.Operands.Where(operand => operand.Role == role).ToArray();
        var vectors = new float*[operands.Length];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = (float*)tensorOf(placed.NameOf(operands[i])).Data;
        return vectors;
    }

    /// <summary>Where this layer's keys or values lie in every sequence's cache.</summary>
    public CachePlace Cache(OperandRole role)
    {
        var parts = Step[role].Parts;
        return new CachePlace(
            placed.Offset(parts[0]),
            parts[0].Axes[0].StrideBytes,
            parts.Count > 1 ? placed.Offset(parts[1]) : 0,
            parts.Count > 1 ? parts[1].Axes[0].StrideBytes : 0);
    }

    /// <summary>Cosines and sines of the run's positions, [tokens, HeadDim / 2] each; none where the step turns nothing.</summary>
    public BoundRotary? Rotary(OperandRole role) =>
        Step.Find(role) is { } operand ? new BoundRotary(Plan.RotaryTables.First(table => table.Name == operand.Name), operand, State.Run) : null;
}

/// <summary>Offsets of a layer's keys or values in a cache: of head 0, and from one head to the next; the same for scales in a plane of their own.</summary>
internal sealed record CachePlace(long Offset, long HeadStride, long ScaleOffset, long ScaleHeadStride);
