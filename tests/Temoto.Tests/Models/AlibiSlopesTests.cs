using Temoto.Models;

namespace Temoto.Tests.Models;

public class AlibiSlopesTests
{
    /// <summary>The paper's own: 8 heads 1/2, 1/4 .. 1/256; 16 heads begin with the square root of 1/2.</summary>
    [Fact]
    public void OfAPowerOfTwoTheyAreAGeometricSequence()
    {
        Assert.Equal([0.5f, 0.25f, 0.125f, 0.0625f, 0.03125f, 0.015625f, 0.0078125f, 0.00390625f], AlibiSlopes.Of(8, 8));
        Assert.Equal([(float)Math.Sqrt(0.5), 0.5f], AlibiSlopes.Of(16, 8).Take(2));
        Assert.Equal([0.00390625f], AlibiSlopes.Of(1, 8));
        Assert.Equal([0.5f, 0.25f, 0.125f, 0.0625f], AlibiSlopes.Of(4, 4));
    }

    /// <summary>12 heads: those of 8, then the first, third, fifth and seventh of 16 (the paper's code).</summary>
    [Fact]
    public void OfAnotherNumberTheOddOnesOfTwiceAsManyFollow() =>
        Assert.Equal([.. AlibiSlopes.Of(8, 8), .. new[] { 0, 2, 4, 6 }.Select(i => AlibiSlopes.Of(16, 8)[i])], AlibiSlopes.Of(12, 8));
}
