using Temoto.Dataflow;
using Temoto.Kernels;

namespace Temoto.Generation.Execution;

/// <summary>GEMM mode: scores of one query over all its positions, softmax, values, one head and a few tokens per chunk.</summary>
internal sealed unsafe class AttentionStep(PlanStep step, AttentionOp op, ForwardState state) : BoundStep(step, state, false)
{
    /// <summary>Tokens per chunk; later tokens see more positions, so chunks are kept short.</summary>
    private const int ChunkTokens = 8;

    private readonly float scale = 1 / MathF.Sqrt(op.HeadDim);

    public override int Prepare()
    {
        var keys = Input(1);
        var values = Input(2);
        var width = op.KvHeads * op.HeadDim;
        for (var token = 0; token < State.Tokens; token++)
        {
            for (var head = 0; head < op.KvHeads; head++)
            {
                var offset = (long)token * width + head * op.HeadDim;
                KernelSet.StoreKv(keys + offset, State.Cache.Keys(op.Layer, head), State.Position + token);
                KernelSet.StoreKv(values + offset, State.Cache.Values(op.Layer, head), State.Position + token);
            }
        }
        return op.Heads * ((State.Tokens + ChunkTokens - 1) / ChunkTokens);
    }

    public override void Execute(int chunk, int worker)
    {
        var head = chunk % op.Heads;
        var start = chunk / op.Heads * ChunkTokens;
        var end = Math.Min(start + ChunkTokens, State.Tokens);
        var kvHead = head / (op.Heads / op.KvHeads);
        var keys = State.Cache.Keys(op.Layer, kvHead);
        var values = State.Cache.Values(op.Layer, kvHead);
        for (var token = start; token < end; token++)
        {
            var offset = (long)token * op.Heads * op.HeadDim + head * op.HeadDim;
            State.Kernels.Attention(Input(0) + offset, keys, values, State.Position + token + 1, scale, State.Scratch[worker], Output + offset);
        }
    }
}
