using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Temoto.Generation.Tools;

/// <summary>
/// Reads a call as models write it in JSON, character by character: <c>{"name": .., "arguments": {..}}</c>, also <c>"parameters"</c>, also within <c>"function"</c>, keys in any order, arguments as
/// an object or as a text that holds one. What cannot be JSON is refused at once; whether the arguments are is judged when they are whole.
/// </summary>
internal sealed class CallObject
{
    private readonly bool refusesOtherKeys;
    private readonly StringBuilder arguments = new();

    /// <summary>The string, or the literal of the arguments, at hand.</summary>
    private readonly StringBuilder word = new();

    /// <summary>Open objects and lists, and at which of them the call's own keys stand.</summary>
    private int depth;
    private int level = 1;

    /// <summary>Where the arguments lie; -1 outside of them.</summary>
    private int argumentsDepth = -1;
    private bool inString;
    private bool escaped;
    private bool expectsKey = true;
    private string? key;
    private int told;

    /// <param name="refusesOtherKeys">A key that no call has shows that it is none: for text that is not marked as one.</param>
    public CallObject(bool refusesOtherKeys) => this.refusesOtherKeys = refusesOtherKeys;

    public string? Name { get; private set; }

    public string? Id { get; private set; }

    public bool IsDone { get; private set; }

    public bool HasArguments { get; private set; }

    /// <summary>Whether some of the arguments can be told before they are whole.</summary>
    public bool HasBegunArguments => arguments.Length > 0;

    /// <summary>Name and arguments are there, though the object may not be closed.</summary>
    public bool IsWhole => Name is not null && (HasArguments ? ToolDefinition.IsObject(arguments.ToString()) : IsDone && arguments.Length == 0);

    /// <summary>A JSON object; valid where it is whole.</summary>
    public string Arguments => arguments.Length == 0 ? "{}" : arguments.ToString();

    private bool InArguments => argumentsDepth >= 0;

    private bool IsArguments => key is "arguments" or "parameters";

    /// <summary>An object that is nothing but the arguments of a call whose name is known.</summary>
    public static CallObject OfArguments(string name, string? id) => new(refusesOtherKeys: false) { Name = name, Id = id, level = 0, expectsKey = false, key = "arguments" };

    /// <summary>The arguments that have come since the last call.</summary>
    public string TakeFragment()
    {
        var fragment = arguments.ToString(told, arguments.Length - told);
        told = arguments.Length;
        return fragment;
    }

    /// <summary>Takes the next character; false where it can belong to no call.</summary>
    public bool Take(char next)
    {
        if (inString)
            return TakeInString(next);
        if (InArguments && next is not ('{' or '[' or '}' or ']'))
            return TakeInArguments(next);
        switch (next)
        {
            case '"':
                return BeginString();
            case '{' or '[':
                return Open(next);
            case '}' or ']':
                return Close(next);
            case ',':
                return EndLiteral() && BeginKey();
            case ':':
                expectsKey &= depth != level;
                return true;
            default:
                return TakeLiteral(next);
        }
    }

    private bool TakeInArguments(char next)
    {
        inString = next == '"';
        arguments.Append(next);
        return inString || char.IsWhiteSpace(next) || char.IsAsciiLetterOrDigit(next) || next is ',' or ':' or '-' or '+' or '.';
    }

    private bool TakeInString(char next)
    {
        var text = InArguments ? arguments : word;
        var ends = next == '"' && !escaped;
        escaped = next == '\\' && !escaped;
        // A line break that should have been an escape.
        if (next < ' ')
            text.Append(CultureInfo.InvariantCulture, $"\\u{(int)next:x4}");
        else if (!ends || InArguments)
            text.Append(next);
        if (!ends)
            return true;
        inString = false;
        return InArguments || depth != level || EndString();
    }

    private bool BeginString()
    {
        inString = true;
        word.Clear();
        return depth > 0;
    }

    private bool EndString()
    {
        if (Decoded(word.ToString()) is not { } text)
            return false;
        word.Clear();
        if (expectsKey)
        {
            key = text;
            return !refusesOtherKeys || key is "name" or "function" or "arguments" or "parameters" or "id" or "type";
        }
        if (key is "name" or "function")
            Name = text;
        else if (key == "id")
            Id = text;
        else if (IsArguments)
            return TakeWholeArguments(text);
        return true;
    }

    private bool Open(char next)
    {
        if (InArguments)
        {
            arguments.Append(next);
        }
        else if (depth == level && !expectsKey && IsArguments)
        {
            if (next != '{' || HasArguments)
                return false;
            argumentsDepth = depth;
            arguments.Append(next);
        }
        else if (depth == 1 && level == 1 && key == "function" && next == '{')
        {
            level = 2;
            BeginKey();
        }
        else if (depth == 0 && next != '{')
        {
            return false;
        }
        depth++;
        return true;
    }

    private bool Close(char next)
    {
        if (InArguments)
            arguments.Append(next);
        else if (depth == level && !EndLiteral())
            return false;
        depth--;
        if (depth == argumentsDepth)
            (argumentsDepth, HasArguments) = (-1, true);
        if (depth > 0 && depth < level)
            level = depth;
        IsDone = depth <= 0;
        return true;
    }

    private bool BeginKey()
    {
        if (depth == level)
            (expectsKey, key) = (true, null);
        return true;
    }

    private bool TakeLiteral(char next)
    {
        if (char.IsWhiteSpace(next))
            return true;
        if (depth == level && IsArguments)
            word.Append(next);
        return depth > 0 && (depth != level || !expectsKey) && (char.IsAsciiLetterOrDigit(next) || next is '-' or '+' or '.');
    }

    /// <summary>Arguments that are none may be written as null.</summary>
    private bool EndLiteral()
    {
        if (depth != level || word.Length == 0 || !IsArguments)
            return true;
        var isNull = word.ToString() == "null";
        word.Clear();
        return isNull && TakeWholeArguments("{}");
    }

    private bool TakeWholeArguments(string text)
    {
        if (HasArguments || !ToolDefinition.IsObject(text))
            return false;
        arguments.Append(text);
        return HasArguments = true;
    }

    private static string? Decoded(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        try
        {
            using var document = JsonDocument.Parse($"\"{text}\"");
            return document.RootElement.GetString();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
