using Temoto.Plans;

namespace Temoto.Generation.Execution;

internal sealed unsafe class SoftmaxStep(StepBinding binding) : GemmAttentionStep(binding, OperandRole.Input)
{
    private readonly float* sinks = binding.Vector(OperandRole.Sinks);

    protected override void Execute(int kvHead, int start, int tokens, float* scratch)
    {
        var most = Length(start + tokens - 1);
        var panel = FirstPanel(start);
        for (var token = start; token < start + tokens; token++)
        {
            for (var head = 0; head < Shape.GroupHeads; head++)
            {
                var row = Row(kvHead, token) + head * Stride;
                var first = First(token);
                if (Input != Output)
                    Kernels.Copy(Input + row + panel, Output + row + panel, most - panel);
                new Span<float>(Output + row + panel, first - panel).Clear();
                if (sinks is null)
                    Kernels.Softmax(Output + row + first, Length(token) - first, most - first);
                else
                    Kernels.Softmax(Output + row + first, Length(token) - first, most - first, sinks[kvHead * Shape.GroupHeads + head]);
            }
        }
    }
}
