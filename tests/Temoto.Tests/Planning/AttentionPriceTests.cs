using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Tests.Planning;

public class AttentionPriceTests
{
    private static BoardUnit Point(int queries, double rate) => PricedModel.Unit(WorkKind.Attention, rate) with { Queries = queries };

    /// <summary>A position takes 1 s for up to two queries, 2 s for six, and from there on in proportion.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3 / 1.25)]
    [InlineData(4, 4 / 1.5)]
    [InlineData(6, 3)]
    [InlineData(60, 3)]
    public void BetweenTwoPointsThePositionsTimeIsAStraightLine(double queries, double rate) =>
        Assert.Equal(rate, AttentionPrice.Rate([Point(2, 2), Point(6, 3)], queries), 1e-12);

    [Fact]
    public void OnePointIsARateForAll()
    {
        Assert.Equal(5, AttentionPrice.Rate([Point(8, 5)], 8));
        Assert.Equal(5, AttentionPrice.Rate([Point(8, 5)], 100));
        Assert.Equal(5 / 8.0, AttentionPrice.Rate([Point(8, 5)], 1), 1e-12);
    }

    /// <summary>Two heads share a KV head: a token brings two queries, whoever stands with it in a tile many more.</summary>
    [Theory]
    [InlineData(StepKind.SplitAttention, DataflowChoice.Gemm, 1, 40, 2, 1.0)]
    [InlineData(StepKind.Scores, DataflowChoice.Gemm, 48, 0, 32, 1 + 48 * 15 / 2.0 / (48 * 49 / 2))]
    [InlineData(StepKind.WeightedValues, DataflowChoice.Gemm, 8, 100, 16, 1 + 8 * 7 / 2.0 / (8 * 100 + 8 * 9 / 2))]
    // 128 queries are 64 tokens; 48 there are.
    [InlineData(StepKind.TphsAttention, DataflowChoice.Tphs, 48, 0, 96, 1 + 48 * 47 / 2.0 / (48 * 49 / 2))]
    public void ATileOfTokensMeetsEachPositionTogether(StepKind kind, DataflowChoice dataflow, int tokens, int position, int queries, double share)
    {
        // A position takes one time for any number of queries up to 1000: the rate is in proportion to them.
        var board = PricedModel.OnlyWork(Point(1000, 1e9));
        var (prefill, decode) = PricedModel.Plans("tiny-llama", board, dataflow);
        var plan = kind == StepKind.SplitAttention ? decode : prefill;
        var price = PlanPrice.Of(plan, board, tokens, position).First(price => price.Step.Kind == kind);
        var products = price.Step.Operands.Where(operand => operand.Memory == MemoryRegion.Weights && operand.Shape[0] > 1).Sum(operand => 2.0 * tokens * operand.Shape[0] * operand.Shape[1]);
        Assert.Equal((price.Operations - products) * share / (1e9 * queries / 1000), price.ComputeSeconds, price.ComputeSeconds * 1e-6);
    }

    /// <summary>Without a mask all that is computed counts.</summary>
    [Fact]
    public void PicturesHideNothing()
    {
        var board = PricedModel.OnlyWork(Point(1, 1e9));
        var (plan, _) = PricedModel.Plans("tiny-vit", board);
        var price = PlanPrice.Of(plan, board, 16, 0).First(price => price.Step.Kind == StepKind.Scores);
        Assert.Equal(price.Operations / 1e9, price.ComputeSeconds, 1e-15);
    }

    /// <summary>Points for many tokens say nothing of one, and those of an int8 cache nothing of floats.</summary>
    [Fact]
    public void OnlyPointsOfTheSameUnitAreACurve()
    {
        var board = PricedModel.OnlyWork(
            Point(64, 7e9) with { Operands = [NumberType.Int8] },
            Point(1, 1e9) with { Tokens = TokenCount.Many },
            Point(64, 9e9) with { Tokens = TokenCount.One },
            Point(2, 2e9) with { Tokens = TokenCount.Many });
        var (plan, _) = PricedModel.Plans("tiny-vit", board);
        var price = PlanPrice.Of(plan, board, 16, 0).First(price => price.Step.Kind == StepKind.Scores);
        Assert.Equal(price.Operations / 2e9, price.ComputeSeconds, 1e-15);
    }
}
