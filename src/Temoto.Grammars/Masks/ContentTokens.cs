using System.Buffers;
using System.Text;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Masks;

/// <summary>
/// Tokens made of code points of <see cref="PointSet.Content"/> alone, the last perhaps not whole, by how many they are: inside a string that takes so many they are all allowed, without a look at each. Most tokens are. The
/// others that a string may meet (with a quote or a backslash) have a small tree of their own.
/// </summary>
internal sealed class ContentTokens
{
    /// <summary>Longer ones are looked at like all others.</summary>
    private const int MostCounted = 256;

    private readonly ulong[][] upTo;

    public ContentTokens(IReadOnlyList<byte[]?> bytesOf, int words)
    {
        var byPoints = Enumerable.Range(0, bytesOf.Count).Where(id => bytesOf[id] is { Length: > 0 }).ToLookup(id => PointsOf(bytesOf[id]!));
        MostPoints = Math.Max(0, byPoints.Select(group => group.Key).DefaultIfEmpty(0).Max());
        upTo = new ulong[MostPoints + 1][];
        for (var most = 0; most <= MostPoints; most++)
        {
            var mask = upTo[most] = most == 0 ? new ulong[words] : (ulong[])upTo[most - 1].Clone();
            foreach (var id in byPoints[most])
                mask[id >> 6] |= 1UL << id;
        }
        // A control character ends in no string.
        Others = new TokenTree(bytesOf, bytes => PointsOf(bytes) < 0 && HasOther(bytes));
    }

    /// <summary>Code points of the longest.</summary>
    public int MostPoints { get; }

    public TokenTree Others { get; }

    /// <summary>The tokens of at most so many points.</summary>
    public ulong[] UpTo(int points) => upTo[Math.Min(points, MostPoints)];

    /// <summary>How many code points, one that is not whole at the end among them; -1 where something else is within.</summary>
    private static int PointsOf(byte[] bytes)
    {
        var rest = bytes.AsSpan();
        for (var count = 0; count <= MostCounted; count++)
        {
            if (rest.IsEmpty)
                return count;
            var read = Rune.DecodeFromUtf8(rest, out var rune, out var used);
            if (read == OperationStatus.NeedMoreData)
                return count + 1;
            if (read != OperationStatus.Done || !PointSet.Content.Contains(rune.Value))
                return -1;
            rest = rest[used..];
        }
        return -1;
    }

    /// <summary>Behind content there is something that a string may have: no control character, and no byte that begins nothing.</summary>
    private static bool HasOther(byte[] bytes)
    {
        var rest = bytes.AsSpan();
        while (!rest.IsEmpty)
        {
            var read = Rune.DecodeFromUtf8(rest, out var rune, out var used);
            if (read != OperationStatus.Done)
                return false;
            if (!PointSet.Content.Contains(rune.Value))
                return rune.Value >= 0x20;
            rest = rest[used..];
        }
        return true;
    }
}
