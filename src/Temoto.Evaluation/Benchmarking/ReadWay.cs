using Temoto.Machine;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>How a program asks for lines before it loads them.</summary>
internal enum Prefetching
{
    /// <summary>Not at all: the hardware sees where loads go.</summary>
    None,

    /// <summary>Into all caches.</summary>
    First,

    /// <summary>Into the second level and beyond.</summary>
    Second,

    /// <summary>Into the first level alone, past the others.</summary>
    Past,
}

/// <summary>A way to read memory: so many places at the same time, with or without asking ahead.</summary>
/// <param name="Streams">1, 2 or 4 for each thread.</param>
internal readonly record struct ReadWay(int Streams, Prefetching Ahead)
{
    /// <summary>Those that this processor knows. Which is fastest differs: a single stream without prefetch is what the plainest kernel does.</summary>
    public static IReadOnlyList<ReadWay> All { get; } = [.. from ahead in Known() from streams in (int[])[1, 2, 4] select new ReadWay(streams, ahead)];

    private static Prefetching[] Known() => Processor.HasPrefetch ? Enum.GetValues<Prefetching>() : [Prefetching.None];
}
