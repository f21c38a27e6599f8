using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class SoftmaxStep(PlanStep step, SoftmaxOp op, ForwardState state) : GemmAttentionStep(step, op.Shape, op.Input, state)
{
    protected override void Execute(int kvHead, int start, int tokens, float* scratch)
    {
        var most = Length(start + tokens - 1);
        for (var token = start; token < start + tokens; token++)
        {
            for (var head = 0; head < Shape.GroupHeads; head++)
            {
                var row = Row(kvHead, token) + head * Stride;
                if (Input(0) != Output)
                    State.Kernels.Copy(Input(0) + row, Output + row, most);
                State.Kernels.Softmax(Output + row, Length(token), most);
            }
        }
    }
}
