using Temoto.Simulation.Report.Charts;

namespace Temoto.Tests.Simulation.Report.Charts;

public class TextWidthTests
{
    [Fact]
    public void What_fits_stays_and_what_does_not_is_cut()
    {
        Assert.Equal("gated_linear", TextWidth.Fitted("gated_linear", 12, 200));
        var cut = TextWidth.Fitted("model.decoder.layers.final_layer_norm_with_a_long_name", 12, 100);
        Assert.EndsWith("…", cut);
        Assert.True(TextWidth.Of(cut, 12) <= 100);
        Assert.EndsWith("…", TextWidth.Fitted("演算ごとの数値演算ごとの数値", 12, 60));
    }
}
