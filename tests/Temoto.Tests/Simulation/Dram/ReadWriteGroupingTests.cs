using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

public class ReadWriteGroupingTests
{
    private readonly RequestQueue queue = new();
    private readonly ReadWriteGrouping grouping;

    public ReadWriteGroupingTests() => grouping = new(queue);

    [Fact]
    public void WritesGoWhenNothingElseWaits()
    {
        Add(writes: 1, reads: 0);
        Assert.True(grouping.Choose(0, 0));
        Assert.True(grouping.IsWriting);
    }

    [Fact]
    public void FewYoungWritesWaitForReads()
    {
        Add(writes: 15, reads: 1);
        Serve(100);
        grouping.Choose(ReadWriteGrouping.OldWriteClocks - 1, 0);
        Assert.False(grouping.IsWriting);
        grouping.Choose(ReadWriteGrouping.OldWriteClocks, 0);
        Assert.True(grouping.IsWriting);
    }

    [Fact]
    public void ManyWritesGoAfterAGroupOfReads()
    {
        Add(writes: 16, reads: 1);
        Serve(15);
        grouping.Choose(0, 0);
        Assert.False(grouping.IsWriting);
        Serve(1);
        grouping.Choose(0, 0);
        Assert.True(grouping.IsWriting);
    }

    [Fact]
    public void AGroupOfWritesEndsWhenReadsWait()
    {
        Add(writes: 30, reads: 0);
        grouping.Choose(0, 0);
        Serve(16);
        grouping.Choose(0, 0);
        Assert.True(grouping.IsWriting);
        Add(writes: 0, reads: 1);
        grouping.Choose(0, 0);
        Assert.False(grouping.IsWriting);
    }

    [Fact]
    public void ATurnWaitsForRowsThatWereOpened()
    {
        Add(writes: 1, reads: 0);
        Assert.False(grouping.Choose(0, freshBanks: 1));
        Assert.False(grouping.IsWriting);
        Assert.True(grouping.Choose(1, freshBanks: 0));
        Assert.True(grouping.IsWriting);
    }

    private void Serve(int columns)
    {
        for (var i = 0; i < columns; i++)
            grouping.Served();
    }

    private void Add(int writes, int reads)
    {
        for (var i = 0; i < writes + reads; i++)
            queue.Add(new(0, 0, i < writes, 0, i, 0), DramBank.Closed);
    }
}
