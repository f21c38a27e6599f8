using Temoto.Evaluation.Seeded;
using Temoto.Kernels.Floats;
using Temoto.Models;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Planning;

public unsafe class PlannerTests
{
    /// <summary>Heads times positions that no 32-bit width holds: one line, not an arena that is too small.</summary>
    [Theory]
    [InlineData("Decode", 1 << 19, 2, 1 << 18)]
    [InlineData("Prefill", 1 << 10, 64, 1 << 26)]
    public void WidthsThatOverflowAreRefused(string phase, int heads, int headDim, int context)
    {
        var config = ModelShapes.Get("tiny-llama") with { NumAttentionHeads = heads, NumKeyValueHeads = 1, HeadDim = headDim, MaxPositionEmbeddings = context };
        var graph = Architecture.Build(config, "test");
        var error = Assert.Throws<InputException>(() => Fusion.Apply(graph, Enum.Parse<Phase>(phase), DataflowMode.Gemm, context, 256, Format.Single));
        Assert.Contains("ModelOptions.ContextTokens", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Blocks of packed rows without a small common multiple: one chunk takes all rows.</summary>
    [Fact]
    public void PackedBlocksWithoutACommonMultipleAreOneChunk()
    {
        var config = ModelShapes.Get("tiny-llama");
        var graph = Architecture.Build(config, "test");
        var request = new PlanWish(Phase.Prefill, 8, 1, 64, NumberType.Float16, null);
        var plan = Planner.Plan(graph, request, HostBoard.Assumed(new ScalarKernelSet(), 2), name =>
        {
            var shape = graph.Weights.First(use => use.Name == name).Shape;
            return WeightInfo.Of(new Tensor(name, DType.I8, [.. shape], new Blocks(name.Contains("gate", StringComparison.Ordinal) ? 65521 : 65519)));
        });
        var gated = Assert.Single(plan.Steps, placed => placed is { Step.Kind: StepKind.GatedLinear, Layer: 0 });
        Assert.Equal(config.IntermediateSize, gated.Step.Tile(Dimension.Columns));
    }

    /// <summary>GEMM mode stores what TPHS keeps on chip; for a few tokens against a large weight that is the smaller evil.</summary>
    [Fact]
    public void TheDataflowThatMovesLessIsTaken()
    {
        var shape = new AttentionShape(14, 2, 64, Causal: true, ScoreScale: 0.125f);
        Assert.Equal(DataflowMode.Tphs, DataflowDecision.Of(shape, 512, 4096, 128, 896 * 896 / 2).Mode);
        Assert.Equal(DataflowMode.Tphs, DataflowDecision.Of(shape, 64, 64, 128, 1 << 30).Mode);
        Assert.Equal(DataflowMode.Gemm, DataflowDecision.Of(shape, 200, 200, 128, 1 << 30).Mode);
    }

    private sealed class Blocks(int rows) : EncodedRows
    {
        public override byte* Data => null;

        public override long ByteLength => 1;

        public override int BlockRows => rows;

        public override void DecodeRows(long start, long end, byte* destination) => throw new NotSupportedException();
    }
}
