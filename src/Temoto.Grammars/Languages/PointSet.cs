using System.Collections.Immutable;

namespace Temoto.Grammars.Languages;

/// <summary>A set of code points (or of bytes, which are the points 0 to 255), as ranges in order that neither touch nor overlap. Equal by value.</summary>
internal sealed class PointSet : IEquatable<PointSet>
{
    public const int LastPoint = 0x10FFFF, FirstSurrogate = 0xD800, LastSurrogate = 0xDFFF;

    public static readonly PointSet None = new([]);

    /// <summary>What a text can hold: all but the surrogates.</summary>
    public static readonly PointSet All = Of((0, FirstSurrogate - 1), (LastSurrogate + 1, LastPoint));

    /// <summary>What stands for itself in a JSON string, and is no end of a line to an expression: most of what a string holds.</summary>
    public static readonly PointSet Content = All.Except(Of((0, 0x1F), ('"', '"'), ('\\', '\\'), (0x2028, 0x2029)));

    private readonly ImmutableArray<(int First, int Last)> ranges;
    private readonly int hash;

    private PointSet(ImmutableArray<(int First, int Last)> ranges)
    {
        this.ranges = ranges;
        var code = new HashCode();
        foreach (var range in ranges)
            code.Add(range);
        hash = code.ToHashCode();
    }

    public ImmutableArray<(int First, int Last)> Ranges => ranges;

    public bool IsEmpty => ranges.IsEmpty;

    public static PointSet Of(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted);
        var merged = ImmutableArray.CreateBuilder<(int, int)>(sorted.Length);
        foreach (var (first, last) in sorted)
        {
            if (last < first)
                continue;
            if (merged.Count > 0 && first <= merged[^1].Item2 + 1)
                merged[^1] = (merged[^1].Item1, Math.Max(merged[^1].Item2, last));
            else
                merged.Add((first, last));
        }
        return new PointSet(merged.ToImmutable());
    }

    public static PointSet One(int point) => Of((point, point));

    /// <summary>The points that a test holds for.</summary>
    public static PointSet Where(Func<int, bool> has)
    {
        var found = new List<(int, int)>();
        var first = -1;
        for (var point = 0; point <= LastPoint + 1; point++)
        {
            var isIn = point <= LastPoint && point is < FirstSurrogate or > LastSurrogate && has(point);
            if (isIn && first < 0)
                first = point;
            else if (!isIn && first >= 0)
            {
                found.Add((first, point - 1));
                first = -1;
            }
        }
        return Of([.. found]);
    }

    public bool Contains(int point)
    {
        int low = 0, high = ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (point < ranges[middle].First)
                high = middle - 1;
            else if (point > ranges[middle].Last)
                low = middle + 1;
            else
                return true;
        }
        return false;
    }

    public PointSet Or(PointSet other) => Of([.. ranges, .. other.ranges]);

    public PointSet And(PointSet other)
    {
        var common = new List<(int, int)>();
        for (int i = 0, j = 0; i < ranges.Length && j < other.ranges.Length;)
        {
            var (first, last) = (Math.Max(ranges[i].First, other.ranges[j].First), Math.Min(ranges[i].Last, other.ranges[j].Last));
            if (first <= last)
                common.Add((first, last));
            if (ranges[i].Last < other.ranges[j].Last)
                i++;
            else
                j++;
        }
        return Of([.. common]);
    }

    public PointSet Except(PointSet other)
    {
        var left = new List<(int, int)>();
        var next = 0;
        foreach (var (first, last) in other.ranges)
        {
            left.Add((next, first - 1));
            next = last + 1;
        }
        left.Add((next, LastPoint));
        return And(Of([.. left]));
    }

    /// <summary>Whether every point of the other is in this.</summary>
    public bool Covers(PointSet other)
    {
        var i = 0;
        foreach (var (first, last) in other.ranges)
        {
            while (i < ranges.Length && ranges[i].Last < first)
                i++;
            // Ranges touch nowhere: what one of them does not hold, two do not.
            if (i == ranges.Length || ranges[i].First > first || ranges[i].Last < last)
                return false;
        }
        return true;
    }

    public bool Equals(PointSet? other) => other is not null && hash == other.hash && ranges.AsSpan().SequenceEqual(other.ranges.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as PointSet);

    public override int GetHashCode() => hash;
}
