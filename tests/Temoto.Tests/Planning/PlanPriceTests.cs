using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Tests.Planning;

public class PlanPriceTests
{
    private static Board Memory(double bytesPerSecond, params BoardUnit[] units)
    {
        var board = PricedModel.OnlyWork(units);
        return board with { Memories = [board.Memories[0], board.Memories[1] with { BytesPerSecond = PricedModel.Figure(bytesPerSecond, "B/s") }] };
    }

    private static BoardUnit Product(double rate, double? overlap = null) => PricedModel.Unit(WorkKind.Product, rate) with { Overlap = overlap is { } share ? PricedModel.Figure(share, "1") : null };

    private static StepPrice Gated(Board board)
    {
        var (_, decode) = PricedModel.Plans("tiny-qwen2", board);
        return PlanPrice.Of(decode, board, 1, 4).First(price => price.Step.Kind == StepKind.GatedLinear);
    }

    [Fact]
    public void WhereABoardDoesNotSayAllOfTheShorterHides()
    {
        var price = Gated(Memory(1e9, Product(1e9)));
        Assert.True(price.MemorySeconds > 0 && price.ComputeSeconds > 0);
        Assert.Equal(Math.Max(price.MemorySeconds, price.ComputeSeconds), price.Seconds, 1e-15);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 0.75)]
    [InlineData(1, 0)]
    public void OfTheShorterOfReadingAndComputingAShareHides(double overlap, double shown)
    {
        foreach (var rate in (double[])[1e8, 1e10])
        {
            var price = Gated(Memory(1e9, Product(rate, overlap)));
            var (shorter, longer) = (Math.Min(price.MemorySeconds, price.ComputeSeconds), Math.Max(price.MemorySeconds, price.ComputeSeconds));
            Assert.Equal(longer + shown * shorter, price.Seconds, 1e-15);
        }
    }

    /// <summary>Steps without products go by attention's unit, others by their own.</summary>
    [Fact]
    public void TheMainWorkOfAStepSaysWhatHides()
    {
        var nothing = PricedModel.Figure(0, "1");
        var board = Memory(1e9, PricedModel.Unit(WorkKind.Attention, 1e9) with { Overlap = PricedModel.Figure(0.5, "1") }, PricedModel.Unit(WorkKind.Norm, 1e9) with { Overlap = nothing });
        var (prefill, _) = PricedModel.Plans("tiny-qwen2", board);
        var prices = PlanPrice.Of(prefill, board, 8, 0);
        Assert.Equal(0.5, prices.First(price => price.Step.Kind == StepKind.Scores).Overlap);
        Assert.Equal(0, prices.First(price => price.Step.Kind == StepKind.RmsNorm).Overlap);
        Assert.Equal(1, prices.First(price => price.Step.Kind == StepKind.Linear).Overlap);
        Assert.Equal(1, prices.First(price => price.Step.Kind == StepKind.Softmax).Overlap);
        // Products before attention, which the same step does too.
        var (tphs, _) = PricedModel.Plans("tiny-qwen2", board, DataflowChoice.Tphs);
        Assert.Equal(1, PlanPrice.Of(tphs, board, 8, 0).First(price => price.Step.Kind == StepKind.TphsAttention).Overlap);
    }

    /// <summary>A part of a prompt whose logits nobody wants ends before their rows are selected.</summary>
    [Fact]
    public void WithoutLogitsThereAreFewerSteps()
    {
        var board = PricedModel.OnlyWork();
        var (prefill, _) = PricedModel.Plans("tiny-qwen2", board);
        Assert.Equal(prefill.Steps.TakeWhile(placed => placed.Step.Kind != StepKind.SelectRows).Count(), PlanPrice.Of(prefill, board, 8, 0, logitRows: 0).Count);
        Assert.Equal(prefill.Steps.Count(), PlanPrice.Of(prefill, board, 8, 0).Count);
    }
}
