using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class MemoryContentTests
{
    /// <summary>512 x 128 are two of 512 x 72; 2048 x 26 two of 2048 x 18; 1024 x 17 one of 1024 x 36.</summary>
    [Theory]
    [InlineData(4, 128, 512, 8)]
    [InlineData(8, 26, 2048, 16)]
    [InlineData(1, 17, 1024, 1)]
    [InlineData(1, 1, 32769, 2)]
    [InlineData(1, 64, 0, 0)]
    public void BlockRamsAreInTheFormThatTakesFewest(int copies, long bits, long words, int blocks) =>
        Assert.Equal((blocks, 0), new MemoryContent("test", copies, bits, words, IsLarge: false).Split(64));

    [Theory]
    [InlineData(128, 1792, 64, 0, 2)]
    [InlineData(72, 4097, 64, 0, 2)]
    // Room for one depth: the word that is left lies in a block RAM.
    [InlineData(72, 4097, 1, 1, 1)]
    // Two side by side need two.
    [InlineData(73, 512, 1, 2, 0)]
    [InlineData(64, 4096, 0, 8, 0)]
    public void WhatFindsNoUltraRamLiesInBlockRam(long bits, long words, int free, int bram36, int uram) =>
        Assert.Equal((bram36, uram), new MemoryContent("test", 1, bits, words, IsLarge: true).Split(free));
}
