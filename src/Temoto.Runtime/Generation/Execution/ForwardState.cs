using Temoto.Kernels;

namespace Temoto.Generation.Execution;

/// <summary>What the steps of one forward run share. Set by <see cref="PlanExecutor"/> before the first step.</summary>
internal sealed unsafe class ForwardState
{
    /// <summary>Start of the arena; the plan's offsets count from here.</summary>
    public byte* Arena;

    /// <summary>Token ids of this run, [Tokens].</summary>
    public int* TokenIds;

    /// <summary>The picture of this run, [3, height, width]; null for text.</summary>
    public float* Pixels;

    public int Tokens;

    /// <summary>Rows of logits wanted: the last LogitRows tokens.</summary>
    public int LogitRows;

    /// <summary>Position of the first token: the cache's length before the run.</summary>
    public int Position;

    public KvCache Cache = null!;

    /// <summary>[Tokens, HeadDim/2] of the positions of this run.</summary>
    public float* Cosines;

    public float* Sines;

    public required KernelSet Kernels { get; init; }

    public required int Threads { get; init; }

    /// <summary>Each worker's own scratch: weights being decoded, attention scores.</summary>
    public required float*[] Scratch { get; init; }
}
