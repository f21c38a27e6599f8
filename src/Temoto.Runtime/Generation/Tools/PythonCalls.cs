using System.Globalization;
using System.Text;

namespace Temoto.Generation.Tools;

/// <summary>
/// Reads calls as some models write them in Python: <c>f(a=1, b="x")</c>, several in a list or in lines of their own, with literals of Python or JSON as values.
/// Also <c>name.call(..)</c>, as Llama writes the tools it was made with, and <c>print(f(..))</c>.
/// </summary>
internal sealed class PythonCalls
{
    /// <summary>Deeper than any arguments.</summary>
    private const int MostLevels = 32;

    private readonly string text;
    private int at;

    private PythonCalls(string text) => this.text = text;

    /// <summary>Null where the text is anything but calls.</summary>
    public static IReadOnlyList<ReadCall>? Read(string text)
    {
        var reader = new PythonCalls(text);
        var calls = new List<ReadCall>();
        var isList = reader.Skip('[');
        do
        {
            reader.SkipSpace();
            if (reader.IsAtEnd || (isList && reader.text[reader.at] == ']'))
                break;
            if (reader.Call() is not { } call)
                return null;
            calls.Add(call);
        }
        while (reader.Skip(',') || reader.Skip(';') || !isList);
        return (!isList || reader.Skip(']')) && reader.SkipSpace() && reader.IsAtEnd && calls.Count > 0 ? calls : null;
    }

    /// <summary>Whether a text that is not whole can become a call of one of these.</summary>
    public static bool MayBegin(ReadOnlySpan<char> text, IEnumerable<string> names)
    {
        text = text.TrimStart().TrimStart('[').TrimStart();
        if (text.StartsWith("print(", StringComparison.Ordinal))
            text = text[6..];
        var end = text.IndexOfAny('(', '\n');
        if (end >= 0 && text[end] == '\n')
            return false;
        var isWhole = end >= 0;
        var head = (isWhole ? text[..end] : text).ToString();
        if (isWhole)
            return names.Any(name => head == name || head == name + ".call");
        return "print(".StartsWith(head, StringComparison.Ordinal) || names.Any(name => (name + ".call").StartsWith(head, StringComparison.Ordinal));
    }

    private bool IsAtEnd => at >= text.Length;

    private ReadCall? Call()
    {
        if (Word() is not { Length: > 0 } name)
            return null;
        if (name == "print" && Skip('('))
            return Call() is { } inner && Skip(')') ? inner : null;
        if (name.EndsWith(".call", StringComparison.Ordinal))
            name = name[..^5];
        if (!Skip('('))
            return null;
        var json = new StringBuilder("{");
        while (!Skip(')'))
        {
            if (json.Length > 1 && !(Skip(',') && Separated(json)))
                return null;
            if (Skip(')'))
                break;
            if (Word() is not { Length: > 0 } key || !Skip('='))
                return null;
            JsonWords.Write(json, key);
            json.Append(": ");
            if (!Value(json, 0))
                return null;
        }
        var arguments = json.ToString().TrimEnd(',', ' ') + "}";
        return ToolDefinition.IsObject(arguments) ? new ReadCall(name, arguments) : null;
    }

    private static bool Separated(StringBuilder json)
    {
        json.Append(", ");
        return true;
    }

    private bool Value(StringBuilder json, int depth)
    {
        SkipSpace();
        if (IsAtEnd || depth > MostLevels)
            return false;
        return text[at] switch
        {
            '"' or '\'' => Text(json),
            '[' => Items(json, depth, '[', ']', ']', keyed: false),
            '(' => Items(json, depth, '(', ')', ']', keyed: false),
            '{' => Items(json, depth, '{', '}', '}', keyed: true),
            _ => Literal(json),
        };
    }

    private bool Items(StringBuilder json, int depth, char open, char close, char closeInJson, bool keyed)
    {
        Skip(open);
        json.Append(keyed ? '{' : '[');
        for (var first = true; !Skip(close); first = false)
        {
            if (!first && !Skip(','))
                return false;
            if (Skip(close))
                break;
            if (!first)
                json.Append(", ");
            if (keyed && !(SkipSpace() && !IsAtEnd && text[at] is '"' or '\'' && Text(json) && Skip(':') && Colon(json)))
                return false;
            if (!Value(json, depth + 1))
                return false;
        }
        json.Append(closeInJson);
        return true;
    }

    private static bool Colon(StringBuilder json)
    {
        json.Append(": ");
        return true;
    }

    private bool Literal(StringBuilder json)
    {
        if (Word() is not { Length: > 0 } word)
            return false;
        var isNumber = double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
        var value = word switch
        {
            "True" or "true" => "true",
            "False" or "false" => "false",
            "None" or "null" => "null",
            _ => isNumber ? JsonWords.IsNumber(word) ? word : number.ToString("R", CultureInfo.InvariantCulture) : null,
        };
        json.Append(value);
        return value is not null;
    }

    private bool Text(StringBuilder json)
    {
        var quote = text[at++];
        var value = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            var next = text[at++];
            if (next != '\\' || at >= text.Length)
            {
                value.Append(next);
                continue;
            }
            next = text[at++];
            if (next == 'u' && at + 4 <= text.Length && ushort.TryParse(text.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            {
                value.Append((char)unit);
                at += 4;
                continue;
            }
            value.Append(next switch { 'n' => "\n", 't' => "\t", 'r' => "\r", '\\' or '\'' or '"' => next.ToString(), _ => "\\" + next });
        }
        if (IsAtEnd)
            return false;
        at++;
        JsonWords.Write(json, value.ToString());
        return true;
    }

    /// <summary>A name, or a literal that is no string.</summary>
    private string Word()
    {
        SkipSpace();
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.' or '-' or '+' or '/' || (text[at] == ':' && at > start)))
            at++;
        return text[start..at];
    }

    private bool Skip(char wanted)
    {
        SkipSpace();
        if (IsAtEnd || text[at] != wanted)
            return false;
        at++;
        return true;
    }

    private bool SkipSpace()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return true;
    }
}
