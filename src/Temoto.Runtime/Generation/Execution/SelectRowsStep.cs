namespace Temoto.Generation.Execution;

/// <summary>Copies LogitRows rows to the front: those from FirstRow on, or the last.</summary>
internal sealed unsafe class SelectRowsStep(StepBinding binding) : BoundStep(binding)
{
    public override int Prepare() => 1;

    public override void Execute(int chunk, int worker)
    {
        var source = Input + (long)(Step.FirstRow ?? State.Tokens - State.LogitRows) * Width;
        Kernels.Copy(source, Output, (long)State.LogitRows * Width);
    }
}
