using Temoto.Dataflow;
using Temoto.Kernels;

namespace Temoto.Generation.Execution;

/// <summary>
/// GEMM mode: scores of a few tokens over all their positions, softmax, values. A chunk takes the query heads of one KV head together, so that keys and
/// values are decoded once for all of them; with one token alone it takes one head, so that there is work for all threads. (Not by the number of threads:
/// that must not change a result.)
/// </summary>
internal sealed unsafe class AttentionStep(PlanStep step, AttentionOp op, ForwardState state) : BoundStep(step, state, false)
{
    /// <summary>Tokens per chunk; later tokens see more positions, so chunks are kept short.</summary>
    public const int ChunkTokens = 4;

    private readonly float scale = 1 / MathF.Sqrt(op.HeadDim);
    private int chunkHeads;

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
        var tokenChunks = (State.Tokens + ChunkTokens - 1) / ChunkTokens;
        chunkHeads = State.Tokens > 1 ? op.Heads / op.KvHeads : 1;
        return op.Heads / chunkHeads * tokenChunks;
    }

    public override void Execute(int chunk, int worker)
    {
        var chunksOfHeads = op.Heads / chunkHeads;
        var head = chunk % chunksOfHeads * chunkHeads;
        var start = chunk / chunksOfHeads * ChunkTokens;
        var tokens = Math.Min(ChunkTokens, State.Tokens - start);
        var kvHead = head / (op.Heads / op.KvHeads);
        var tokenStride = op.Heads * op.HeadDim;
        var offset = (long)start * tokenStride + head * op.HeadDim;
        State.Kernels.Attention(
            new AttentionQueries(Input(0) + offset, Output + offset, tokens, chunkHeads, op.HeadDim, tokenStride, State.Position + start + 1),
            State.Cache.Keys(op.Layer, kvHead),
            State.Cache.Values(op.Layer, kvHead),
            scale,
            State.Scratch[worker]);
    }
}
