using System.Runtime.InteropServices;

namespace Temoto.Generation.Tools;

/// <summary>
/// Follows thoughts that a prompt has begun. They are free but for two things, so that what follows can be held to a form: the answer does not end in them, and the token that ends their mark has no text behind it.
/// </summary>
internal sealed class OpenThoughts(ThoughtEnd end)
{
    /// <summary>What the last tokens said, as far as the mark may begin in it.</summary>
    private readonly List<byte> tail = [];

    /// <summary>The mark has come.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Sets the bits of the tokens that may come next, and clears all others.</summary>
    public void ComputeMask(ulong[] mask)
    {
        Array.Fill(mask, ulong.MaxValue);
        foreach (var token in end.EndTokens)
            mask[token >> 6] &= ~(1UL << token);
        foreach (var (token, bytes) in end.Crossing)
        {
            if (EndOfMark(bytes) is { } behind && !ThoughtEnd.IsWhite(bytes.AsSpan(behind)))
                mask[token >> 6] &= ~(1UL << token);
        }
    }

    public void Accept(int token)
    {
        var bytes = end.BytesOf(token);
        IsOver = token == end.SpecialId || EndOfMark(bytes) is not null;
        tail.AddRange(bytes);
        if (tail.Count >= end.Mark.Length)
            tail.RemoveRange(0, tail.Count - end.Mark.Length + 1);
    }

    /// <summary>Where in a token the mark ends that it completes; null where it completes none.</summary>
    private int? EndOfMark(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> mark = end.Mark, said = CollectionsMarshal.AsSpan(tail);
        for (var begun = said.Length; begun > 0; begun--)
        {
            if (said[^begun..].SequenceEqual(mark[..begun]) && bytes.StartsWith(mark[begun..]))
                return mark.Length - begun;
        }
        return bytes.IndexOf(mark) is >= 0 and var at ? at + mark.Length : null;
    }
}
