using Temoto.Evaluation.Benchmarking;
using Temoto.Planning.Host;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class MedianRatesTests
{
    /// <summary>Every figure of the middle round: rounds differ in all of them, and the one with the largest comes first.</summary>
    [Fact]
    public void EachFigureIsTheMiddleOne() => Assert.Equal(Rates(2), MedianRates.Of([Rates(3), Rates(1), Rates(2)]));

    private static HostRates Rates(double factor)
    {
        var next = 0;
        return new HostRates(Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure())
        {
            FloatAttention = [new AttentionRate(1, Figure()), new AttentionRate(16, Figure())],
            IntegerAttention = [new AttentionRate(4, Figure())],
            Passes = new PassRates(Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure(), Figure()),
            OneTokenBfloat16 = Figure(),
            OverlapInt4 = Figure(),
            OverlapInt8 = Figure(),
            OverlapBfloat16 = Figure(),
        };

        double Figure() => ++next * factor;
    }
}
