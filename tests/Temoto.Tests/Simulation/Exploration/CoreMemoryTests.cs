using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class CoreMemoryTests
{
    private static readonly CoreShape shape = new(896, 896, 4864, 24, 2, 2048);

    /// <summary>28672 B of residual, 1664 words of 384 bits, 8 x 2048 scores of 26 bits.</summary>
    [Fact]
    public void ABufferHoldsActivationsAndTheRestIsSpare()
    {
        var memory = UnitCosts.Shipped.Memory;
        var spare = CoreMemory.Contents(ExplorationSamples.Designed with { BufferBytes = 1 << 20 }, shape, memory).Single(content => content.Name == "the rest of the buffer");
        Assert.Equal((1 << 20) - 28_672 - 79_872 - 53_248, spare.Bytes);
        Assert.Equal(0, CoreMemory.Contents(ExplorationSamples.Designed, shape, memory).Single(content => content.Name == "the rest of the buffer").Bytes);
    }

    /// <summary>Without ultra RAM the 14 become 8 + 22 + 48 block RAMs.</summary>
    [Fact]
    public void ADeviceWithoutUltraRamTakesBlocks() => Assert.Equal((39 + 8 + 22 + 48, 0), CoreMemory.Blocks(ExplorationSamples.Designed, shape, UnitCosts.Shipped.Memory, 0));

    [Fact]
    public void LargerBuffersTakeMore()
    {
        var shares = DesignChoices.BufferBytes.Select(bytes => ExplorationSamples.Designed with { BufferBytes = bytes })
            .Select(parameters => CoreMemory.Blocks(parameters, shape, UnitCosts.Shipped.Memory, 64)).Select(blocks => blocks.Bram36 + 8 * blocks.Uram).ToList();
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(shares.Distinct(), shares);
    }
}
