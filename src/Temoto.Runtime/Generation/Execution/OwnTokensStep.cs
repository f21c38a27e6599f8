using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <param name="tokens">[Width] of each token.</param>
internal sealed unsafe class OwnTokensStep(PlanStep step, OwnTokensOp op, float*[] tokens, ForwardState state) : RowwiseStep(step, state, false)
{
    private readonly float*[] tokens = tokens;

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var bytes = (long)op.Output.Width * sizeof(float);
        for (var row = start; row < end; row++)
        {
            var offset = (long)row * op.Output.Width;
            var source = row < tokens.Length ? tokens[row] : Input(0) + offset;
            if (source != Output + offset)
                Buffer.MemoryCopy(source, Output + offset, bytes, bytes);
        }
    }
}
