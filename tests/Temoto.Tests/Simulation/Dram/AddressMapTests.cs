using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

public class AddressMapTests
{
    [Theory]
    [InlineData(0u, 0, 0, 0)]
    [InlineData(63u, 0, 0, 0)]
    [InlineData(64u, 1, 0, 0)]
    [InlineData(128u, 0, 0, 0)]
    [InlineData(0x3FC0u, 1, 0, 0)]
    [InlineData(0x4000u, 0, 1, 0)]
    [InlineData(0xC040u, 1, 3, 0)]
    [InlineData(0x10000u, 0, 0, 1)]
    [InlineData(0xFFFFFFFFu, 1, 3, 0xFFFF)]
    public void BitsChooseGroupBankAndRow(uint address, int group, int bankOfGroup, int row)
    {
        var bank = AddressMap.Kv260.BankOf(address);
        Assert.Equal(group, AddressMap.GroupOf(bank));
        Assert.Equal(bankOfGroup, bank % AddressMap.BanksOfGroup);
        Assert.Equal(row, AddressMap.Kv260.RowOf(address));
    }

    /// <summary>64 KiB are one row of each of eight banks: 128 columns of 64 B each.</summary>
    [Fact]
    public void EveryBankGetsAnEighthOfARow()
    {
        var columns = new int[AddressMap.Banks];
        for (var address = 0u; address < 1 << 16; address += DramTiming.ColumnBytes)
            columns[AddressMap.Kv260.BankOf(address)]++;
        Assert.All(columns, count => Assert.Equal(128, count));
    }
}
