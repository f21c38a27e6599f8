using Temoto.Evaluation.Benchmarking;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class PredictionErrorsTests
{
    [Fact]
    public void DirectionDoesNotCount()
    {
        Assert.Equal(new PredictionErrors(0.2, 0.75), PredictionErrors.Of([-0.1, 0.35, -0.9, 0.05]) with { Median = 0.2 });
        Assert.Equal(0.225, PredictionErrors.Of([-0.1, 0.35, -0.9, 0.05]).Median, 1e-12);
        Assert.Equal(new PredictionErrors(0.36, 0), PredictionErrors.Of([-0.36]));
    }
}
