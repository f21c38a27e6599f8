using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>Copies LogitRows rows to the front: those from FirstRow on, or the last.</summary>
internal sealed unsafe class SelectRowsStep(PlanStep step, SelectRowsOp op, ForwardState state) : BoundStep(step, state, false)
{
    public override int Prepare() => 1;

    public override void Execute(int chunk, int worker)
    {
        var source = Input(0) + (long)(op.FirstRow ?? State.Tokens - State.LogitRows) * op.Input.Width;
        State.Kernels.Copy(source, Output, (long)State.LogitRows * op.Input.Width);
    }
}
