using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>A plan step with its addresses resolved. One subclass per kind of operation; running one allocates nothing.</summary>
internal abstract unsafe class BoundStep(StepBinding binding) : IParallelWork
{
    private readonly bool onLogitRows = binding.Step.OnLogitRows;
    private readonly byte* input = binding.Find(OperandRole.Input);
    private readonly byte* output = binding.Find(OperandRole.Output);

    protected Step Step { get; } = binding.Step;

    protected ForwardState State { get; } = binding.State;

    protected KernelSet Kernels => State.Kernels;

    /// <summary>Rows of the activations at this step: all tokens, or only those whose logits are wanted.</summary>
    protected int Rows => onLogitRows ? State.LogitRows : State.Tokens;

    /// <summary>Columns of the output.</summary>
    protected int Width { get; } = (int)(binding.Step.Find(OperandRole.Output)?.Shape[1] ?? 0);

    protected float* Input => (float*)input;

    protected float* Output => (float*)output;

    /// <summary>
    /// Rounded up to whole registers of any width: a tile that is taken to its last register holds no element that a scalar tail computes, so that where tiles end (which
    /// may depend on the number of threads) changes no result.
    /// </summary>
    protected static long WholeRegisters(long floats) => (floats + 15) / 16 * 16;

    /// <summary>Pieces of <paramref name="size"/> that cover <paramref name="count"/>.</summary>
    protected static int Chunks(long count, int size) => (int)((count + size - 1) / size);

    /// <summary>Called on one thread before the chunks; returns how many chunks there are.</summary>
    public abstract int Prepare();

    public abstract void Execute(int chunk, int worker);

    public virtual bool HasUnevenChunks => false;
}

/// <summary>A step that works on each row by itself: chunks are ranges of rows, and one row alone is not worth a second thread.</summary>
internal abstract class RowwiseStep(StepBinding binding) : BoundStep(binding)
{
    /// <summary>Chunks per thread: enough that a slow core delays little.</summary>
    private const int ChunksPerThread = 4;

    private int chunkCount;

    public override int Prepare() => chunkCount = Math.Min(Rows, State.Threads * ChunksPerThread);

    public override void Execute(int chunk, int worker)
    {
        var rows = Rows;
        ExecuteRows((int)((long)rows * chunk / chunkCount), (int)((long)rows * (chunk + 1) / chunkCount), worker);
    }

    /// <param name="worker">For scratch of the thread's own.</param>
    protected abstract void ExecuteRows(int start, int end, int worker);
}
