using Temoto.Quantization;
using Temoto.Tensors;

namespace Temoto.Tests.Quantization;

public class AwqScalesTests
{
    [Theory]
    [InlineData(0f)]
    [InlineData(0.5f)]
    [InlineData(0.95f)]
    public void ScalesFollowThePublishedFormulas(float ratio)
    {
        float[] inputs = [0.01f, 1, 30, 4];
        float[] weights = [0.2f, 0.5f, 0.1f, 0.9f];
        double[] plain = [.. inputs.Select(x => Math.Max(Math.Pow(x, ratio), 1e-4))];
        double[] duo = [.. inputs.Zip(weights, (x, w) => Math.Max(Math.Pow(x, ratio) / (Math.Pow(w, 1 - ratio) + 1e-4), 1e-4))];
        foreach (var (expected, actual) in new[] { (plain, AwqScales.Of(inputs, null, ratio)), (duo, AwqScales.Of(inputs, weights, ratio)) })
        {
            var center = Math.Sqrt(expected.Max() * expected.Min());
            for (var i = 0; i < inputs.Length; i++)
                Assert.Equal(expected[i] / center, actual[i], 1e-5 * expected[i] / center);
            Assert.Equal(1, (double)actual.Max() * actual.Min(), 1e-5);
        }
    }

    [Fact]
    public void SilentChannelsGetAFiniteScale()
    {
        Assert.All(AwqScales.Of([0, 0], null, 0.5f), scale => Assert.Equal(1, scale));
        Assert.All(AwqScales.Of([0, float.MaxValue, 1], [1, 0, 1], 0.95f), scale => Assert.True(float.IsFinite(scale) && scale > 0));
    }

    [Fact]
    public void WeightsCountRelativeToTheirGroup()
    {
        // Two rows of one matrix and one of another; groups of 2, the last one short.
        var first = TinyCheckpoint.Floats("a", [2, 3], [1, -2, 5, 0.5f, 0.25f, -1]);
        var second = TinyCheckpoint.Floats("b", [1, 3], [4, 4, 0]);
        var mean = AwqScales.MeanWeights([first, second], new WeightFormat(DType.I4, 2));
        Assert.Equal((0.5 + 1 + 1) / 3, mean[0], 1e-5);
        Assert.Equal((1 + 0.5 + 1) / 3, mean[1], 1e-5);
        Assert.Equal(2.0 / 3, mean[2], 1e-5);
    }
}
