using System.Security.Cryptography;
using System.Text;

namespace Temoto.Generation.Tools;

/// <summary>
/// Tells calls of tools from text, however it is cut into pieces. Arguments come in fragments as they are written, text as soon as it can be no part of a mark; what turns out to be no call is given
/// back as the text that it is.
/// </summary>
/// <param name="idPrefix">What ids of calls begin with.</param>
/// <param name="onlyFirst">Calls behind the first are passed over.</param>
internal sealed class CallParser(ToolFormat format, IReadOnlyList<ToolDefinition> tools, string idPrefix = "call_", bool onlyFirst = false)
{
    private enum Place
    {
        /// <summary>At the beginning of an answer that may be a call without a mark.</summary>
        Start,
        Text,

        /// <summary>Behind a mark.</summary>
        Opening,

        /// <summary>In what stands before arguments.</summary>
        Head,
        Object,

        /// <summary>Behind a call, before another, or the mark that ends them.</summary>
        Between,

        /// <summary>In calls that are read when they are whole.</summary>
        Whole,
    }

    /// <summary>More than a name, an id and marks have.</summary>
    private const int LongestHead = 512;

    private readonly HashSet<string> names = [.. tools.Select(tool => tool.Name)];
    private readonly IReadOnlyList<string> marks = [.. format.Begin, .. format.Noise];

    /// <summary>What a call is made of, to be given back if it is none; empty again when it is whole.</summary>
    private readonly StringBuilder raw = new();
    private readonly StringBuilder body = new();
    private Place place = format.IsBare ? Place.Start : Place.Text;
    private string pending = "";
    private string space = "";
    private bool isMarked;
    private bool inList;
    private bool hasText;
    private CallObject? call;
    private string? callId;

    /// <summary>Of calls that have begun.</summary>
    private int begun;

    /// <summary>Calls that are whole.</summary>
    public int Count { get; private set; }

    public void Push(string piece, List<AnswerPart> parts)
    {
        pending += piece;
        while (Advance(parts))
        {
        }
        TellProgress(parts);
    }

    /// <summary>Ends the answer.</summary>
    public void End(List<AnswerPart> parts)
    {
        if (place == Place.Whole)
            EndWhole(pending, "", parts);
        else if (place == Place.Object && call!.IsWhole)
            EndCall(parts);
        else if (place is Place.Object or Place.Head or Place.Opening || (place == Place.Between && call is null))
            GiveBack(parts);
        if (place != Place.Between)
            Tell(pending, parts);
        pending = "";
        // White space that ends an answer is a part of it, unless it stood beside calls.
        if (Count == 0 && space.Length > 0)
            parts.Add(new AnswerPart(AnswerPartKind.Text, space));
        space = "";
    }

    /// <summary>False where more text is needed.</summary>
    private bool Advance(List<AnswerPart> parts) => place switch
    {
        Place.Start => FindStart(),
        Place.Text => FindMark(parts),
        Place.Opening => Open(parts),
        Place.Head => ReadHead(parts),
        Place.Object => ReadObject(parts),
        Place.Between => GoBetween(parts),
        _ => FindEnd(parts),
    };

    private bool FindStart()
    {
        var text = pending.AsSpan().TrimStart();
        if (text.IsEmpty)
            return false;
        if (text[0] is '{' or '[' || (format.IsPython && char.IsAsciiLetter(text[0]) && MayBePython(text)))
        {
            Begin(pending[..^text.Length], isMarked: false);
            pending = text.ToString();
            return true;
        }
        place = Place.Text;
        return true;
    }

    private bool FindMark(List<AnswerPart> parts)
    {
        var at = MarkSearch.First(pending, marks, out var mark);
        if (at < 0)
        {
            var open = MarkSearch.OpenEnd(pending, marks);
            Tell(pending[..^open], parts);
            pending = pending[^open..];
            return false;
        }
        Tell(pending[..at], parts);
        pending = pending[(at + mark.Length)..];
        if (!format.Noise.Contains(mark))
            Begin(mark, isMarked: true);
        return true;
    }

    private void Begin(string mark, bool isMarked)
    {
        raw.Clear().Append(space).Append(mark);
        space = "";
        body.Clear();
        this.isMarked = isMarked;
        inList = false;
        call = null;
        place = Place.Opening;
    }

    private bool Open(List<AnswerPart> parts)
    {
        TakeSpace();
        if (pending.Length == 0)
            return false;
        if (pending[0] == '{' && format.ReadHead is null)
        {
            call = new CallObject(format.OnlyKnownNames);
            place = Place.Object;
        }
        else if (pending[0] == '[')
        {
            inList = true;
            Keep(1);
            place = Place.Between;
        }
        else if (format.ReadHead is not null)
        {
            place = Place.Head;
        }
        else if (format.ReadWhole is not null)
        {
            place = Place.Whole;
        }
        else
        {
            GiveBack(parts);
        }
        return true;
    }

    private bool ReadHead(List<AnswerPart> parts)
    {
        var end = pending.IndexOf('{', StringComparison.Ordinal);
        if (end < 0 && pending.Length <= LongestHead)
            return false;
        if (end < 0 || end > LongestHead || format.ReadHead!(pending[..end]) is not { } head)
        {
            GiveBack(parts);
            return true;
        }
        call = CallObject.OfArguments(head.Name, head.Id);
        Keep(end);
        place = Place.Object;
        return true;
    }

    private bool ReadObject(List<AnswerPart> parts)
    {
        for (var i = 0; i < pending.Length; i++)
        {
            if (!call!.Take(pending[i]) || IsUnknown())
            {
                Keep(i);
                // A model may forget the last bracket.
                if (call.IsWhole && !IsUnknown())
                    EndCall(parts);
                else
                    GiveBack(parts);
                return true;
            }
            if (!call.IsDone)
                continue;
            Keep(i + 1);
            if (call.IsWhole)
                EndCall(parts);
            else
                GiveBack(parts);
            return true;
        }
        Keep(pending.Length);
        return false;
    }

    private bool IsUnknown() => format.OnlyKnownNames && call!.Name is { } name && !names.Contains(name);

    private bool GoBetween(List<AnswerPart> parts)
    {
        TakeSpace();
        if (pending.Length == 0)
            return false;
        if (inList)
            return GoOnInList(parts);
        if (isMarked && format.End is { } end)
        {
            if (pending.StartsWith(end, StringComparison.Ordinal))
            {
                pending = pending[end.Length..];
                return EndBody();
            }
            if (end.StartsWith(pending, StringComparison.Ordinal))
                return false;
        }
        // Several calls behind one mark, a bracket too many, the end of a fence within one.
        if (pending[0] is ',' or ';' or '}' or ']' or '`')
            Keep(1);
        else if (pending[0] == '{' && format.ReadHead is null)
            (call, place) = (new CallObject(format.OnlyKnownNames), Place.Object);
        else
            return EndBody(space: raw.ToString());
        return true;
    }

    private bool GoOnInList(List<AnswerPart> parts)
    {
        if (pending[0] == ',')
        {
            Keep(1);
        }
        else if (pending[0] == '{')
        {
            (call, place) = (new CallObject(format.OnlyKnownNames), Place.Object);
        }
        else if (call is not null)
        {
            // The end of the list, which a model may forget.
            Keep(pending[0] == ']' ? 1 : 0);
            inList = false;
        }
        else if (format.ReadWhole is not null)
        {
            place = Place.Whole;
            body.Append('[');
        }
        else
        {
            GiveBack(parts);
        }
        return true;
    }

    /// <summary>Text follows, or another mark.</summary>
    /// <param name="space">What ends in white space that stands before the text.</param>
    private bool EndBody(string space = "")
    {
        this.space = space[space.AsSpan().TrimEnd().Length..];
        raw.Clear();
        place = Place.Text;
        return true;
    }

    private bool FindEnd(List<AnswerPart> parts)
    {
        if (format.IsPython && body.Length < LongestHead && !MayBePython(string.Concat(body.ToString(), pending)))
        {
            GiveBack(parts);
            return true;
        }
        var at = isMarked && format.End is { } end ? pending.IndexOf(end, StringComparison.Ordinal) : -1;
        if (at < 0)
        {
            // The mark may be cut: what could be its beginning waits.
            var open = isMarked && format.End is not null ? MarkSearch.OpenEnd(pending, [format.End]) : 0;
            body.Append(pending, 0, pending.Length - open);
            Keep(pending.Length - open);
            return false;
        }
        var rest = pending[(at + format.End!.Length)..];
        EndWhole(pending[..at], format.End, parts);
        pending = rest;
        return true;
    }

    private bool MayBePython(ReadOnlySpan<char> text) => PythonCalls.MayBegin(text, names);

    private void EndWhole(string last, string mark, List<AnswerPart> parts)
    {
        var calls = format.ReadWhole!(body.ToString() + last, tools);
        raw.Append(last).Append(mark);
        pending = "";
        if (calls is null || (format.OnlyKnownNames && calls.Any(read => !names.Contains(read.Name))))
        {
            GiveBack(parts);
            return;
        }
        foreach (var read in calls)
        {
            callId = NewId(null);
            TellCall(AnswerPartKind.CallBegins, read.Name, "", parts);
            TellCall(AnswerPartKind.CallArguments, read.Name, read.Arguments, parts);
            TellCall(AnswerPartKind.CallEnds, read.Name, read.Arguments, parts);
            CountCall();
        }
        EndBody();
    }

    private void EndCall(List<AnswerPart> parts)
    {
        TellProgress(parts, isWhole: true);
        TellCall(AnswerPartKind.CallEnds, call!.Name!, call.Arguments, parts);
        CountCall();
        raw.Clear();
        place = Place.Between;
    }

    private void CountCall()
    {
        begun++;
        Count++;
        callId = null;
    }

    private void GiveBack(List<AnswerPart> parts)
    {
        if (callId is not null)
        {
            TellCall(AnswerPartKind.CallFails, call!.Name!, BesideCalls(raw.ToString()), parts);
            begun++;
            hasText = true;
        }
        else
        {
            Tell(raw.ToString(), parts);
        }
        callId = null;
        call = null;
        raw.Clear();
        place = Place.Text;
    }

    /// <summary>What is known of the call at hand.</summary>
    private void TellProgress(List<AnswerPart> parts, bool isWhole = false)
    {
        if (call?.Name is not { } name || place != Place.Object || !(isWhole || call.HasBegunArguments) || IsUnknown())
            return;
        if (callId is null)
        {
            callId = NewId(call.Id);
            TellCall(AnswerPartKind.CallBegins, name, "", parts);
        }
        var fragment = call.HasBegunArguments ? call.TakeFragment() : "{}";
        if (fragment.Length > 0)
            TellCall(AnswerPartKind.CallArguments, name, fragment, parts);
    }

    private void TellCall(AnswerPartKind kind, string name, string text, List<AnswerPart> parts)
    {
        if (onlyFirst && Count > 0)
            return;
        parts.Add(new AnswerPart(kind, text) { CallIndex = begun, CallId = callId, CallName = name });
    }

    /// <summary>Tells text; white space waits, since it is dropped beside calls.</summary>
    private void Tell(string text, List<AnswerPart> parts)
    {
        text = BesideCalls(space + text);
        if (text.Length == 0)
            return;
        hasText = true;
        parts.Add(new AnswerPart(AnswerPartKind.Text, text));
    }

    /// <summary>The first text behind calls begins without white space; white space at the end waits.</summary>
    private string BesideCalls(string text)
    {
        if (begun > 0 && !hasText)
            text = text.TrimStart();
        var end = text.AsSpan().TrimEnd().Length;
        space = text[end..];
        return text[..end];
    }

    private string NewId(string? given)
    {
        if (format.HasShortIds)
            return given is not null && ShortId.Is(given) ? given : ShortId.New();
        return idPrefix + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 24);
    }

    private void TakeSpace() => Keep(pending.Length - pending.AsSpan().TrimStart().Length);

    /// <summary>The first characters have been read.</summary>
    private void Keep(int count)
    {
        raw.Append(pending, 0, count);
        pending = pending[count..];
    }
}
