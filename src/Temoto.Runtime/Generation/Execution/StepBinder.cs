using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>The executor's step for each kind of step, and the scratch it needs. A kind without a case does not compile.</summary>
internal static class StepBinder
{
    // CS8524 asks for a case for numbers that are no kind at all; without it a kind that has no case is an error (CS8509).
#pragma warning disable CS8524
    public static BoundStep Bind(StepBinding binding)
    {
        RequireCarriedOut(binding.Step);
        return binding.Step.Kind switch
        {
            StepKind.Embed => new EmbedStep(binding),
            StepKind.Patches => new PatchesStep(binding),
            StepKind.LearnedTokens => new LearnedTokensStep(binding),
            StepKind.AddPositions => new AddPositionsStep(binding),
            StepKind.RmsNorm or StepKind.LayerNorm when IsRounded(binding.Step) => new NormQuantizeStep(binding),
            StepKind.RmsNorm or StepKind.LayerNorm => new NormStep(binding),
            StepKind.Linear when binding.Step.Find(OperandRole.Residual) is not null => new ResidualLinearStep(binding),
            StepKind.Linear when binding.Step.Function is not null => new ActivatedLinearStep(binding),
            StepKind.Linear => new LinearStep(binding),
            StepKind.GatedLinear => new GatedLinearStep(binding),
            StepKind.Quantize => new QuantizeStep(binding),
            StepKind.RoundToGrid => new RoundToGridStep(binding),
            StepKind.Rope => new RopeStep(binding),
            StepKind.HeadProjections => new HeadProjectionsStep(binding),
            StepKind.TphsAttention => new TphsAttentionStep(binding),
            StepKind.Scores => new ScoresStep(binding),
            StepKind.Softmax => new SoftmaxStep(binding),
            StepKind.WeightedValues => new WeightedValuesStep(binding),
            StepKind.SplitAttention => new SplitAttentionStep(binding),
            StepKind.MergePieces => new MergePiecesStep(binding),
            StepKind.StoreKv => new StoreKvStep(binding),
            StepKind.Attention => new AttentionStep(binding),
            StepKind.Activate => new ActivateStep(binding),
            StepKind.ActivateMultiply => new ActivateMultiplyStep(binding),
            StepKind.Add => new AddStep(binding),
            StepKind.Average => new AverageStep(binding),
            StepKind.Route => new RouteStep(binding),
            StepKind.GatedExperts => new GatedExpertsStep(binding),
            StepKind.DownExperts => new DownExpertsStep(binding),
            StepKind.ScaleRows => new ScaleRowsStep(binding),
            StepKind.ShortConv => new ShortConvStep(binding),
            StepKind.SelectRows => new SelectRowsStep(binding),
        };
    }

    /// <summary>Scratch floats a worker needs for a step.</summary>
    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels) => step.Kind switch
    {
        StepKind.RmsNorm or StepKind.LayerNorm when IsRounded(step) => NormQuantizeStep.ScratchFloats(step),
        StepKind.Linear when step.Find(OperandRole.Residual) is not null => ResidualLinearStep.ScratchFloats(plan, step, kernels),
        StepKind.Linear when step.Function is not null => ActivatedLinearStep.ScratchFloats(plan, step, kernels),
        StepKind.Linear => BoundLinear.ScratchFloats(plan, step, OperandRole.Input, kernels, step.Tile(Dimension.Columns)),
        StepKind.GatedLinear => GatedLinearStep.ScratchFloats(plan, step, kernels),
        StepKind.HeadProjections => HeadProjectionsStep.ScratchFloats(plan, step, kernels),
        StepKind.TphsAttention => TphsAttentionStep.ScratchFloats(plan, step, kernels),
        StepKind.Scores => ScoresStep.ScratchFloats(step, kernels),
        StepKind.WeightedValues => WeightedValuesStep.ScratchFloats(step, kernels),
        StepKind.SplitAttention => SplitAttentionStep.ScratchFloats(plan, step, kernels),
        StepKind.MergePieces => MergePiecesStep.ScratchFloats(step),
        StepKind.Attention => AttentionStep.ScratchFloats(plan, step, kernels),
        StepKind.GatedExperts => GatedExpertsStep.ScratchFloats(plan, step, kernels),
        StepKind.DownExperts => DownExpertsStep.ScratchFloats(plan, step, kernels),
        StepKind.ShortConv => ShortConvStep.ScratchFloats(step),
        StepKind.Embed or StepKind.Patches or StepKind.LearnedTokens or StepKind.AddPositions or StepKind.RmsNorm or StepKind.LayerNorm or StepKind.Quantize or StepKind.RoundToGrid
            or StepKind.Rope or StepKind.StoreKv or StepKind.Softmax or StepKind.Activate or StepKind.ActivateMultiply or StepKind.Add or StepKind.Average or StepKind.Route or StepKind.ScaleRows or StepKind.SelectRows => 0,
    };
#pragma warning restore CS8524

    private static bool IsRounded(Step step) => step[OperandRole.Output].Format.IsInteger;

    /// <summary>What a plan can say and these kernels cannot do.</summary>
    private static void RequireCarriedOut(Step step)
    {
        foreach (var operand in step.Operands)
        {
            if (operand.Memory == MemoryRegion.Activations && operand.Format != Format.Single && (operand.Format with { Grid = null }) is var format && format != Format.Int8Blocks && format != Format.Single)
                throw new NotSupportedException($"{step.Name}: activations of {format.Type} in groups of {format.Group} have no kernel");
        }
    }
}
