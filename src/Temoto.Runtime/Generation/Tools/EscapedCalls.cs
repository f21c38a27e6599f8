using System.Text;

namespace Temoto.Generation.Tools;

/// <summary>Reads calls as FunctionGemma writes them: <c>call:f{a:1,b:&lt;escape&gt;text&lt;escape&gt;}</c>, keys without quotation marks.</summary>
internal sealed class EscapedCalls
{
    public const string Escape = "<escape>";

    private const string Prefix = "call:";

    /// <summary>Deeper than any arguments.</summary>
    private const int MostLevels = 32;

    private readonly string text;
    private readonly StringBuilder json = new();
    private int at;

    private EscapedCalls(string text) => this.text = text;

    /// <summary>Null where the text is anything but a call.</summary>
    public static IReadOnlyList<ReadCall>? Read(string text)
    {
        text = text.Trim();
        if (text.StartsWith(Prefix, StringComparison.Ordinal))
            text = text[Prefix.Length..];
        var open = text.IndexOf('{', StringComparison.Ordinal);
        if (open < 0 || !ToolDefinition.IsName(text[..open].Trim()))
            return null;
        var reader = new EscapedCalls(text) { at = open };
        return reader.Value(0) && reader.at == text.Length && ToolDefinition.IsObject(reader.json.ToString()) ? [new ReadCall(text[..open].Trim(), reader.json.ToString())] : null;
    }

    private bool Value(int depth)
    {
        if (at >= text.Length || depth > MostLevels)
            return false;
        if (text.AsSpan(at).StartsWith(Escape, StringComparison.Ordinal))
            return Text();
        return text[at] switch
        {
            '{' => Items(depth, '}'),
            '[' => Items(depth, ']'),
            _ => Literal(),
        };
    }

    private bool Items(int depth, char close)
    {
        json.Append(text[at++]);
        for (var first = true; at < text.Length && text[at] != close; first = false)
        {
            if (!first)
            {
                if (text[at++] != ',')
                    return false;
                json.Append(", ");
            }
            if (close == '}' && !Key())
                return false;
            if (!Value(depth + 1))
                return false;
        }
        if (at >= text.Length)
            return false;
        json.Append(text[at++]);
        return true;
    }

    private bool Key()
    {
        var end = text.IndexOf(':', at);
        if (end < 0)
            return false;
        JsonWords.Write(json, text[at..end].Trim().Trim('"'));
        json.Append(": ");
        at = end + 1;
        return true;
    }

    private bool Text()
    {
        var start = at + Escape.Length;
        var end = text.IndexOf(Escape, start, StringComparison.Ordinal);
        if (end < 0)
            return false;
        JsonWords.Write(json, text[start..end]);
        at = end + Escape.Length;
        return true;
    }

    private bool Literal()
    {
        var end = text.AsSpan(at).IndexOfAny(',', '}', ']');
        if (end < 0)
            return false;
        var word = text.Substring(at, end).Trim();
        at += end;
        if (JsonWords.IsJson(word))
            json.Append(word);
        else
            JsonWords.Write(json, word);
        return true;
    }
}
