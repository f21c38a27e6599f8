using Temoto.Generation.Execution;

namespace Temoto.Tests.Generation.Execution;

public class WholePatchesTests
{
    [Theory]
    [InlineData(4, 6)]
    [InlineData(5, 6)]
    [InlineData(4, 7)]
    [InlineData(5, 7)]
    public void WhatIsLeftIsTheTopLeft(int height, int width)
    {
        float[] pixels = [.. Enumerable.Range(0, 3 * height * width).Select(i => (float)i)];
        float[] expected = [.. Enumerable.Range(0, 3 * 4 * 6).Select(i => pixels[((i / 24 * height) + (i % 24 / 6)) * width + (i % 6)])];
        Assert.Equal(expected, WholePatches.Of(pixels, height, width, 2).ToArray());
    }
}
