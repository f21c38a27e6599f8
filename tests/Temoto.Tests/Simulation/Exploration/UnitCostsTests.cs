using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class UnitCostsTests
{
    private static CoreShape Shape => CoreShape.Of(ExplorationSamples.Qwen().Graph, 2048);

    [Fact]
    public void TheModelsShapeIsReadFromItsGraph() => Assert.Equal(new CoreShape(896, 896, 4864, 24, 2, 2048), Shape);

    /// <summary>
    /// On paper, 4 ports of 8 lanes. DSP: 32 elements x 16, 16 scale units x 1, 4 output units x 2, 8 softmax lanes x 2, 4 for rotary positions. LUT: 32 x 896 + 16 x 255 + 4 x 597 +
    /// 4 x 1500 + 8 x 400 + 300 + 8 x 284 + 3728 + 4000. Ultra RAM: residual 128 bits wide 2, input of 384 bits 6, exponents 196608 bytes 6. Block RAM: FIFOs 4 x 2, scores 8 x 2,
    /// tables 4 + 3, rows 6, current keys and values 2.
    /// </summary>
    [Fact]
    public void ResourcesOfTheDesignAreThoseOnPaper()
    {
        var use = UnitCosts.Shipped.Of(ExplorationSamples.Designed, Shape, ExplorationSamples.Xck26.All);
        Assert.Equal(512 + 16 + 8 + 16 + 4, use.Dsp);
        Assert.Equal(556, use.Dsp);
        Assert.Equal(54_640, use.Lut);
        Assert.InRange(use.Lut, 51_000, 59_000);
        Assert.Equal((39, 14), (use.Bram36, use.Uram));
        Assert.Equal(32 * 1328 + 16 * 233 + 4 * 600 + 4 * 1500 + 8 * 400 + 300 + 8 * 170 + 3728 + 4000, use.Ff);
    }

    /// <summary>16 lanes: twice the elements, scale units and softmax lanes, the same output units.</summary>
    [Fact]
    public void SixteenLanesFitAndTwentyFourDoNot()
    {
        var device = ExplorationSamples.Xck26.All;
        var sixteen = UnitCosts.Shipped.Of(ExplorationSamples.Designed with { Lanes = 16 }, Shape, device);
        Assert.Equal(1024 + 32 + 8 + 32 + 4, sixteen.Dsp);
        Assert.True(sixteen.Fits(device));
        var more = UnitCosts.Shipped.Of(ExplorationSamples.Designed with { Lanes = 24 }, Shape, device);
        Assert.False(more.Fits(device));
        Assert.Equal(("DSP", (1536 + 48 + 8 + 48 + 4) / 1248.0), more.Scarcest(device));
    }

    [Fact]
    public void EveryFigureSaysWhatItRestsOn()
    {
        foreach (var block in UnitCosts.Shipped.Blocks)
        {
            foreach (var figure in new[] { block.Lut, block.Ff, block.Dsp })
                Assert.Equal(figure.Evidence == Temoto.Plans.Evidence.Measured, figure.Source.StartsWith("Yosys 0.23 count", StringComparison.Ordinal));
        }
    }
}
