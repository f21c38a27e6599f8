namespace Temoto.Server.Scheduling;

/// <summary>
/// Jobs that wait, a line for each key. Next is the key with the fewest jobs in slots, of equal ones the one that was served longest ago: a key with a thousand jobs waits no less than
/// one with one, and keeps nobody from a slot. Not for several threads at once.
/// </summary>
internal sealed class FairQueue
{
    private sealed class Line
    {
        public readonly LinkedList<GenerationJob> Waiting = new();
        public int Running;
        public long LastServed;
    }

    private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);
    private long served;

    public int Count { get; private set; }

    public void Enqueue(GenerationJob job)
    {
        if (!lines.TryGetValue(job.Key, out var line))
            lines.Add(job.Key, line = new Line { LastServed = served });
        line.Waiting.AddLast(job);
        Count++;
    }

    /// <summary>The next job, which counts as running until <see cref="Release"/>; null where none waits.</summary>
    public GenerationJob? Dequeue()
    {
        Line? next = null;
        foreach (var line in lines.Values)
        {
            if (line.Waiting.Count > 0 && (next is null || (line.Running, line.LastServed).CompareTo((next.Running, next.LastServed)) < 0))
                next = line;
        }
        if (next is null)
            return null;
        var job = next.Waiting.First!.Value;
        next.Waiting.RemoveFirst();
        next.Running++;
        next.LastServed = ++served;
        Count--;
        return job;
    }

    /// <summary>A job that was running is done.</summary>
    public void Release(string key)
    {
        lines[key].Running--;
        Tidy(key);
    }

    /// <summary>Takes out the jobs of a group that wait, and tells which these were.</summary>
    public IReadOnlyList<GenerationJob> Remove(GenerationGroup group)
    {
        if (!lines.TryGetValue(group.Key, out var line))
            return [];
        var removed = group.Jobs.Where(line.Waiting.Remove).ToList();
        Count -= removed.Count;
        Tidy(group.Key);
        return removed;
    }

    /// <summary>
    /// The group to turn away so that <paramref name="key"/> has room for <paramref name="count"/> jobs in a full queue: the last one of the key with most jobs waiting, if that has more
    /// than this key would have. Null where this key is the one with most.
    /// </summary>
    public GenerationGroup? Heaviest(string key, int count)
    {
        var own = (lines.TryGetValue(key, out var line) ? line.Waiting.Count : 0) + count;
        var heaviest = lines.Where(item => item.Key != key).Select(item => item.Value).MaxBy(other => other.Waiting.Count);
        return heaviest is not null && heaviest.Waiting.Count > own ? heaviest.Waiting.Last!.Value.Group : null;
    }

    /// <summary>Every job that waits.</summary>
    public IReadOnlyList<GenerationJob> All() => [.. lines.Values.SelectMany(line => line.Waiting)];

    private void Tidy(string key)
    {
        if (lines[key] is { Running: 0, Waiting.Count: 0 })
            lines.Remove(key);
    }
}
