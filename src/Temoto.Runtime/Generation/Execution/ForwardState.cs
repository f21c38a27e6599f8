using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>What the steps of one forward run share. Set by <see cref="PlanExecutor"/> before the first step.</summary>
internal sealed unsafe class ForwardState
{
    /// <summary>Start of the arena; the plan's offsets count from here.</summary>
    public byte* Arena;

    /// <summary>Start of what the run is given: token ids, cosines and sines, pixels, where the plan places them.</summary>
    public byte* Run;

    public int Tokens;

    /// <summary>Rows of logits wanted: the last LogitRows tokens.</summary>
    public int LogitRows;

    /// <summary>Prefill: position of the first token, the cache's length before the run.</summary>
    public int Position;

    /// <summary>Decode: each row has a cache and a position of its own, and gets what it would get alone. Prefill: rows are the tokens of one sequence.</summary>
    public required bool RowsAreSequences { get; init; }

    /// <summary>The cache of each row, [Tokens] in decode; in prefill the first is the one there is.</summary>
    public required KvCache[] Caches { get; init; }

    /// <summary>The position of each row in its cache, [Tokens] in decode.</summary>
    public int[] Positions { get; init; } = [];

    public required KernelSet Kernels { get; init; }

    /// <summary>What computes attention of this shape in integers; null where floats do.</summary>
    public IntegerAttention? IntegersOf(AttentionShape shape) => shape.Integers ? Kernels.IntegerAttention : null;

    public required int Threads { get; init; }

    /// <summary>Each worker's own scratch: weights being decoded, attention scores.</summary>
    public required float*[] Scratch { get; init; }

    /// <summary>How far positions lie from each other, -(context - 1) to context - 1: pinned, and the same for all steps that ask.</summary>
    public float[] Distances(int context)
    {
        if (distances is null)
        {
            distances = GC.AllocateUninitializedArray<float>(2 * context - 1, pinned: true);
            for (var i = 0; i < distances.Length; i++)
                distances[i] = i - (context - 1);
        }
        return distances;
    }

    private float[]? distances;

    /// <summary>Prefill: the cache of the one sequence.</summary>
    public KvCache Cache => Caches[0];

    /// <summary>The cache that a row's keys and values belong to.</summary>
    public KvCache CacheOf(int row) => Caches[RowsAreSequences ? row : 0];

    /// <summary>Prefill of several texts: whose each row is, [Tokens]; null where all rows are of one.</summary>
    public TextRow[]? Texts;

    /// <summary>A row's position in its sequence or text. Caches keep their length until the run has ended.</summary>
    public int PositionOf(int row) => RowsAreSequences ? Positions[row] : Texts is { } texts ? texts[row].Position : Position + row;

    /// <summary>Where a row's keys and values lie in its cache.</summary>
    public int PlaceOf(int row) => Texts is { } texts ? texts[row].Place : PositionOf(row);

    /// <summary>Prefill: where the text that a row is of begins in the cache.</summary>
    public int StartOf(int row) => Texts is { } texts ? texts[row].Start : 0;

    /// <summary>Prefill: where it ends, with the rows of this run.</summary>
    public int EndOf(int row) => Texts is { } texts ? texts[row].End : Position + Tokens;
}
