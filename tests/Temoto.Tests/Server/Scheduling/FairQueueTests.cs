using Temoto.Generation;
using Temoto.Server.Scheduling;

namespace Temoto.Tests.Server.Scheduling;

public class FairQueueTests
{
    /// <summary>Nine jobs of one and one of another: the other is second at the latest.</summary>
    [Fact]
    public void AKeyWithOneJobDoesNotWaitForAKeyWithMany()
    {
        var queue = new FairQueue();
        for (var i = 0; i < 9; i++)
            queue.Enqueue(Job("many"));
        queue.Enqueue(Job("one"));
        Assert.Equal("many", queue.Dequeue()!.Key);
        Assert.Equal("one", queue.Dequeue()!.Key);
        Assert.Equal("many", queue.Dequeue()!.Key);
        Assert.Equal(7, queue.Count);
    }

    /// <summary>As long as "a" holds two slots, whoever holds fewer is next.</summary>
    [Fact]
    public void WhoHoldsFewestSlotsIsNext()
    {
        var queue = new FairQueue();
        queue.Enqueue(Job("a"));
        queue.Enqueue(Job("a"));
        queue.Dequeue();
        queue.Dequeue();
        queue.Enqueue(Job("a"));
        queue.Enqueue(Job("b"));
        queue.Enqueue(Job("b"));
        Assert.Equal(["b", "b", "a"], [queue.Dequeue()!.Key, queue.Dequeue()!.Key, queue.Dequeue()!.Key]);
        queue.Release("a");
        queue.Release("a");
        queue.Release("a");
        queue.Release("b");
        queue.Release("b");
        Assert.Null(queue.Dequeue());
    }

    [Fact]
    public void JobsOfAKeyComeInTheirOrder()
    {
        var queue = new FairQueue();
        var jobs = Enumerable.Range(0, 5).Select(_ => Job("a")).ToList();
        jobs.ForEach(queue.Enqueue);
        Assert.Equal([jobs[1]], queue.Remove(jobs[1].Group));
        Assert.Equal([jobs[0], jobs[2], jobs[3], jobs[4]], [queue.Dequeue(), queue.Dequeue(), queue.Dequeue(), queue.Dequeue()]);
        Assert.Equal(0, queue.Count);
    }

    /// <summary>In a full queue the last of who has most makes room, but not for somebody with as many.</summary>
    [Fact]
    public void TheHeaviestMakesRoom()
    {
        var queue = new FairQueue();
        Assert.Null(queue.Heaviest("a", 1));
        var jobs = Enumerable.Range(0, 3).Select(_ => Job("a")).ToList();
        jobs.ForEach(queue.Enqueue);
        Assert.Null(queue.Heaviest("a", 1));
        queue.Enqueue(Job("b"));
        Assert.Same(jobs[2].Group, queue.Heaviest("b", 1));
        Assert.Same(jobs[2].Group, queue.Heaviest("c", 2));
        Assert.Null(queue.Heaviest("c", 3));
        Assert.Null(queue.Heaviest("a", 1));
    }

    private static GenerationJob Job(string key) => new GenerationGroup(null!, key, [new GenerationRequest([1], new GenerationOptions(), default, 0)]).Jobs[0];
}
