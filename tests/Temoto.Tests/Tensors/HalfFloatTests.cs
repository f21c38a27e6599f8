using Temoto.Tensors;

namespace Temoto.Tests.Tensors;

public class HalfFloatTests
{
    [Fact]
    public void EveryHalfIsExact()
    {
        for (var bits = 0; bits <= 0xFFFF; bits++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            var actual = HalfFloat.ToSingle((ushort)bits);
            Assert.True(expected.Equals(actual) && float.IsNegative(expected) == float.IsNegative(actual), $"0x{bits:X4}: {expected} but {actual}");
        }
    }
}
