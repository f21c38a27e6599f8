using Temoto.Plans;

namespace Temoto.Generation.Execution;

internal sealed unsafe class SoftmaxStep(StepBinding binding) : GemmAttentionStep(binding, OperandRole.Input)
{
    protected override void Execute(int kvHead, int start, int tokens, float* scratch)
    {
        var most = Length(start + tokens - 1);
        for (var token = start; token < start + tokens; token++)
        {
            for (var head = 0; head < Shape.GroupHeads; head++)
            {
                var row = Row(kvHead, token) + head * Stride;
                if (Input != Output)
                    Kernels.Copy(Input + row, Output + row, most);
                Kernels.Softmax(Output + row, Length(token), most);
            }
        }
    }
}
