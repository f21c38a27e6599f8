using Temoto.Tensors.Panels;

namespace Temoto.Tests.Tensors.Panels;

public class RaisedHalfTests
{
    /// <summary>All halves there are: 1024 times as large and none subnormal, or too large to be raised.</summary>
    [Fact]
    public void EveryHalfBelow64IsRaisedAndComesBack()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var half = BitConverter.UInt16BitsToHalf((ushort)bits);
            var raised = RaisedHalf.Of((ushort)bits);
            if (!(Half.Abs(half) < (Half)64))
            {
                Assert.Equal(RaisedHalf.TooLarge, raised);
                continue;
            }
            var value = BitConverter.UInt16BitsToHalf(raised);
            Assert.Equal((float)half * 1024, (float)value);
            Assert.Equal(Half.IsNegative(half), Half.IsNegative(value));
            Assert.False(Half.IsSubnormal(value), $"{bits:X4}");
            Assert.Equal((ushort)bits, RaisedHalf.Lowered(raised));
        }
    }
}
