using System.Text;

namespace Temoto.Generation;

/// <summary>
/// Passes text through until a stop text appears in it, wherever the pieces are cut. Text that could be the beginning of a stop text is held
/// back until it is clear.
/// </summary>
internal sealed class StopMatcher(IReadOnlyList<string> stops)
{
    private readonly StringBuilder held = new();

    /// <summary>True once a stop text was found; nothing comes out after it.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes a piece; returns what is certain to stand before any stop text.</summary>
    public string Push(string piece)
    {
        if (Stopped)
            return "";
        if (stops.Count == 0)
            return piece;
        var text = held.Append(piece).ToString();
        var first = -1;
        foreach (var stop in stops)
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first))
                first = at;
        }
        held.Clear();
        if (first >= 0)
        {
            Stopped = true;
            return text[..first];
        }
        var keep = LongestOpenEnd(text);
        held.Append(text, text.Length - keep, keep);
        return text[..^keep];
    }

    /// <summary>What is still held when generation ends without a stop text.</summary>
    public string Flush()
    {
        var rest = held.ToString();
        held.Clear();
        return Stopped ? "" : rest;
    }

    /// <summary>Length of the longest end of <paramref name="text"/> that a stop text begins with.</summary>
    private int LongestOpenEnd(string text)
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                    break;
                }
            }
        }
        return longest;
    }
}
