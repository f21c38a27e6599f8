using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

public class RequestQueueTests
{
    /// <summary>Against a list that is searched, with few rows so that hits and rows that change are frequent.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void SetsAreThoseOfAPlainList(int seed)
    {
        var random = new Random(seed);
        var (queue, list, open) = (new RequestQueue(), new List<DramRequest>(), Enumerable.Repeat(DramBank.Closed, AddressMap.Banks).ToArray());
        for (var step = 0; step < 3000; step++)
        {
            var bank = random.Next(AddressMap.Banks);
            switch (random.Next(4))
            {
                case 0 when list.Count > 0:
                    var index = random.Next(list.Count);
                    Assert.Equal(list[index], queue.Remove(index));
                    list.RemoveAt(index);
                    break;
                case 1 when open[bank] == DramBank.Closed:
                    open[bank] = random.Next(3);
                    queue.RowOpened(bank, open[bank]);
                    break;
                case 1:
                    open[bank] = DramBank.Closed;
                    queue.RowClosed(bank);
                    break;
                case > 1 when list.Count < RequestQueue.Capacity:
                    var request = new DramRequest(bank, random.Next(3), random.Next(2) == 0, random.Next(4), random.Next(80), step);
                    queue.Add(request, open[bank]);
                    list.Add(request);
                    break;
            }
            Compare(queue, list, open);
        }
    }

    [Fact]
    public void ItHolds64AndSaysWhenThatIsNotSo()
    {
        var queue = new RequestQueue();
        Assert.Throws<InvalidOperationException>(() => queue.Remove(0));
        for (var i = 0; i < RequestQueue.Capacity; i++)
            queue.Add(new(7, 0, true, 0, i, i), DramBank.Closed);
        Assert.Equal(ulong.MaxValue, queue.Of(7, true));
        Assert.Throws<InvalidOperationException>(() => queue.Add(new(0, 0, false, 0, 0, 0), DramBank.Closed));
        Assert.Equal(63, queue.Remove(63).Column);
        Assert.Equal(0, queue.Remove(0).Column);
        Assert.Equal(ulong.MaxValue >> 2, queue.Of(7, true));
    }

    private static void Compare(RequestQueue queue, List<DramRequest> list, int[] open)
    {
        Assert.Equal(list.Count, queue.Count);
        Assert.Equal(list.Count(request => request.IsWrite), queue.Writes);
        Assert.Equal(list.Count(request => !request.IsWrite), queue.Reads);
        if (queue.Writes > 0)
            Assert.Equal(list.First(request => request.IsWrite).ArrivalClock, queue.OldestWriteClock);
        foreach (var isWrite in new[] { false, true })
            Assert.Equal(list.Any(request => request.IsWrite == isWrite && request.Row != open[request.Bank]), queue.HasRowsToOpen(isWrite));
        for (var bank = 0; bank < AddressMap.Banks; bank++)
        {
            foreach (var isWrite in new[] { false, true })
            {
                Assert.Equal(SetOf(list, request => request.Bank == bank && request.IsWrite == isWrite), queue.Of(bank, isWrite));
                Assert.Equal(SetOf(list, request => request.Bank == bank && request.IsWrite == isWrite && request.Row == open[bank]), queue.HitsOf(bank, isWrite));
            }
        }
    }

    private static ulong SetOf(List<DramRequest> list, Func<DramRequest, bool> isIn)
    {
        var set = 0UL;
        for (var i = 0; i < list.Count; i++)
            set |= isIn(list[i]) ? 1UL << i : 0;
        return set;
    }
}
