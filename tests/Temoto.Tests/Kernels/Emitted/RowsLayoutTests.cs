using Temoto.Kernels.Emitted;
using static Temoto.Kernels.Emitted.RowsLayout;

namespace Temoto.Tests.Kernels.Emitted;

public class RowsLayoutTests
{
    /// <summary>Numbers say which code a layout gets; plain rows come first, since the code for several sequences has only theirs.</summary>
    [Fact]
    public void NumbersFollowTheOrderOfTheCode()
    {
        for (var i = 0; i < RowsLayouts.All.Length; i++)
            Assert.Equal(i, RowsLayouts.All[i].Number());
        Assert.Equal(RowsLayouts.Plain, RowsLayouts.All.TakeWhile(layout => !layout.HasFlag(Ids)));
        Assert.All(RowsLayouts.Plain, layout => Assert.Equal(0, (int)(layout & Escapes)));
    }

    /// <summary>Plain rows with one scale take the code of a scale for each unit, and stay where they are for the next; rows of IDs have code of their own.</summary>
    [Theory]
    [InlineData((int)Nibbles)]
    [InlineData((int)Bytes)]
    public void RowsOfOneScaleAreUnitsOfOneScale(int layout)
    {
        var one = (RowsLayout)layout;
        Assert.Equal(one.Number(), (one | RowScale).Number());
        Assert.Equal((1, 0), (one.UnitScales(), (one | RowScale).UnitScales()));
        Assert.NotEqual((one | Ids).Number(), (one | RowScale | Ids).Number());
    }

    [Theory]
    [InlineData((int)(Bytes | Zeros))]
    [InlineData((int)(Nibbles | Zeros | RowScale))]
    [InlineData((int)(Nibbles | Zeros | Ids))]
    [InlineData((int)(Nibbles | BlockScales | Ids))]
    [InlineData((int)(Nibbles | Escapes))]
    public void OtherLayoutsHaveNoCode(int layout) => Assert.False(((RowsLayout)layout).HasCode());
}
