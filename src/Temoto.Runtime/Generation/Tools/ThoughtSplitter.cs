namespace Temoto.Generation.Tools;

/// <summary>
/// Tells the thoughts at the beginning of an answer from the answer. Text that could be a part of a mark is held back until it is clear, white space around thoughts is dropped.
/// Marks further on are text: an answer may speak of them.
/// </summary>
/// <param name="isOpen">The prompt has begun the thoughts already.</param>
internal sealed class ThoughtSplitter(ThoughtMarks marks, bool isOpen)
{
    private enum Place
    {
        Start,
        Thoughts,
        Behind,
        Answer,
    }

    private readonly string[] close = [marks.Close];
    private Place place = isOpen ? Place.Thoughts : Place.Start;
    private string pending = "";
    private bool hasThoughts;

    public bool IsThinking => place == Place.Thoughts;

    /// <summary>What is certain with this piece.</summary>
    public (string Reasoning, string Answer) Push(string piece)
    {
        if (place == Place.Answer)
            return ("", piece);
        pending += piece;
        var reasoning = "";
        if (place == Place.Start && !FindStart())
            return ("", "");
        if (place == Place.Thoughts)
            reasoning = TakeThoughts();
        if (place == Place.Behind && pending.AsSpan().TrimStart() is { Length: > 0 } rest)
            (place, pending) = (Place.Answer, rest.ToString());
        if (place != Place.Answer)
            return (reasoning, "");
        var answer = pending;
        pending = "";
        return (reasoning, answer);
    }

    /// <summary>What was held back.</summary>
    public (string Reasoning, string Answer) End()
    {
        var rest = pending;
        pending = "";
        return place switch
        {
            Place.Thoughts => (rest.TrimEnd(), ""),
            Place.Behind => ("", ""),
            _ => ("", rest),
        };
    }

    /// <summary>False while it is open how the answer begins.</summary>
    private bool FindStart()
    {
        var begun = pending.AsSpan().TrimStart();
        if (begun.StartsWith(marks.Open, StringComparison.Ordinal))
            (place, pending) = (Place.Thoughts, begun[marks.Open.Length..].ToString());
        else if (marks.Open.AsSpan().StartsWith(begun, StringComparison.Ordinal))
            return false;
        else
            place = Place.Answer;
        return true;
    }

    private string TakeThoughts()
    {
        if (!hasThoughts)
            pending = pending.TrimStart();
        var end = pending.IndexOf(marks.Close, StringComparison.Ordinal);
        var sure = end >= 0 ? pending[..end].TrimEnd() : pending[..^MarkSearch.OpenEnd(pending, close)].TrimEnd();
        if (end >= 0)
            (place, pending) = (Place.Behind, pending[(end + marks.Close.Length)..]);
        else
            pending = pending[sure.Length..];
        hasThoughts |= sure.Length > 0;
        return sure;
    }
}
