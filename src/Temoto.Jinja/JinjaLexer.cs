using System.Globalization;
using System.Numerics;
using System.Text;

namespace Temoto.Jinja;

internal enum JinjaTokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Number,
    Operator,
    End,
}

/// <param name="Text">Literal text, name, operator, or the string after its escapes.</param>
/// <param name="Number">The value of a number.</param>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Line, JinjaValue? Number = null)
{
    public bool Is(string operatorText) => Kind == JinjaTokenKind.Operator && Text == operatorText;

    public bool IsName(string name) => Kind == JinjaTokenKind.Name && Text == name;

    public string Described => Kind switch
    {
        JinjaTokenKind.Data => "text",
        JinjaTokenKind.VariableBegin => "'{{'",
        JinjaTokenKind.VariableEnd => "'}}'",
        JinjaTokenKind.BlockBegin => "'{%'",
        JinjaTokenKind.BlockEnd => "'%}'",
        JinjaTokenKind.End => "the end of the template",
        JinjaTokenKind.String => "a string",
        _ => $"'{Text}'",
    };
}

/// <summary>
/// Cuts a template into tokens as Jinja does with <c>trim_blocks</c> and <c>lstrip_blocks</c> set, which is how chat templates are
/// rendered everywhere: the newline after a block tag goes, and so does white space between the start of a line and a block tag.
/// </summary>
internal sealed class JinjaLexer
{
    private static readonly string[] Operators =
    [
        "//", "**", "==", "!=", ">=", "<=",
        "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",",
    ];

    /// <summary>A name is looked up again and again: a long one would make that slow.</summary>
    private const int LongestName = 200;

    private readonly string source;
    private readonly List<JinjaToken> tokens = [];
    private int position;
    private int line = 1;
    private int lineCountedTo;

    private JinjaLexer(string source)
    {
        var normalized = source.Replace("\r\n", "\n").Replace('\r', '\n');
        this.source = normalized.EndsWith('\n') ? normalized[..^1] : normalized;
    }

    public static IReadOnlyList<JinjaToken> Tokenize(string source)
    {
        var lexer = new JinjaLexer(source);
        lexer.ReadTemplate();
        return lexer.tokens;
    }

    private void ReadTemplate()
    {
        while (position < source.Length)
        {
            var start = position;
            var tag = FindTag(start);
            if (tag < 0)
            {
                AddData(source[start..]);
                position = source.Length;
                break;
            }
            var kind = source[tag + 1];
            position = tag + 2;
            var sign = ReadSign();
            AddData(BeforeTag(start, tag, sign, isVariable: kind == '{'));
            if (kind == '#')
                SkipComment();
            else if (kind == '%' && TryReadRawBegin())
                ReadRaw();
            else
                ReadInside(kind == '{');
        }
        Add(JinjaTokenKind.End, "");
    }

    private int FindTag(int from)
    {
        for (var at = source.IndexOf('{', from); at >= 0 && at + 1 < source.Length; at = source.IndexOf('{', at + 1))
        {
            if (source[at + 1] is '{' or '%' or '#')
                return at;
        }
        return -1;
    }

    private char ReadSign() => position < source.Length && source[position] is '-' or '+' ? source[position++] : '\0';

    /// <summary>The text between two tags, less what the tag that follows strips from its end.</summary>
    private string BeforeTag(int start, int end, char sign, bool isVariable)
    {
        var text = source[start..end];
        if (sign == '-')
            return PythonText.TrimEnd(text);
        if (sign == '+' || isVariable)
            return text;
        var lineStart = text.LastIndexOf('\n') + 1;
        var startsLine = lineStart > 0 || start == 0 || source[start - 1] == '\n';
        return startsLine && text.AsSpan(lineStart).IndexOfAnyExcept(PythonText.Spaces) < 0 ? text[..lineStart] : text;
    }

    private void SkipComment()
    {
        var end = source.IndexOf("#}", position, StringComparison.Ordinal);
        if (end < 0)
            throw Unclosed("a comment", "#}");
        var sign = end > position ? source[end - 1] : '\0';
        position = end + 2;
        AfterBlockTag(sign);
    }

    /// <summary>What follows <c>%}</c> or <c>#}</c>: '-' takes all white space, '+' nothing, else one newline goes.</summary>
    private void AfterBlockTag(char sign)
    {
        if (sign == '-')
            SkipSpaces();
        else if (sign != '+' && position < source.Length && source[position] == '\n')
            position++;
    }

    private void SkipSpaces()
    {
        while (position < source.Length && PythonText.IsSpace(source[position]))
            position++;
    }

    private bool TryReadRawBegin()
    {
        var start = position;
        SkipSpaces();
        if (string.CompareOrdinal(source, position, "raw", 0, 3) == 0)
        {
            position += 3;
            SkipSpaces();
            var strips = position < source.Length && source[position] == '-';
            if (strips)
                position++;
            if (string.CompareOrdinal(source, position, "%}", 0, 2) == 0)
            {
                position += 2;
                if (strips)
                    SkipSpaces();
                return true;
            }
        }
        position = start;
        return false;
    }

    private void ReadRaw()
    {
        var start = position;
        for (var tag = source.IndexOf("{%", position, StringComparison.Ordinal); tag >= 0; tag = source.IndexOf("{%", tag + 1, StringComparison.Ordinal))
        {
            position = tag + 2;
            var sign = ReadSign();
            SkipSpaces();
            if (string.CompareOrdinal(source, position, "endraw", 0, 6) != 0)
                continue;
            position += 6;
            SkipSpaces();
            var endSign = ReadSign();
            if (string.CompareOrdinal(source, position, "%}", 0, 2) != 0)
                continue;
            position += 2;
            AddData(BeforeTag(start, tag, sign, isVariable: false));
            AfterBlockTag(endSign);
            return;
        }
        throw Unclosed("a raw block", "{% endraw %}");
    }

    private void ReadInside(bool isVariable)
    {
        Add(isVariable ? JinjaTokenKind.VariableBegin : JinjaTokenKind.BlockBegin, "");
        var closers = new Stack<char>();
        while (true)
        {
            SkipSpaces();
            if (position >= source.Length)
                throw Unclosed(isVariable ? "'{{'" : "'{%'", isVariable ? "}}" : "%}");
            if (closers.Count == 0 && TryReadEnd(isVariable))
                return;
            var c = source[position];
            if (char.IsAsciiDigit(c))
                ReadNumber();
            else if (c == '_' || char.IsLetter(c))
                ReadName();
            else if (c is '\'' or '"')
                ReadString(c);
            else
                ReadOperator(closers);
        }
    }

    private bool TryReadEnd(bool isVariable)
    {
        var end = isVariable ? "}}" : "%}";
        var sign = source[position] == '-' || (source[position] == '+' && !isVariable) ? source[position] : '\0';
        var at = sign == '\0' ? position : position + 1;
        if (string.CompareOrdinal(source, at, end, 0, 2) != 0)
            return false;
        Add(isVariable ? JinjaTokenKind.VariableEnd : JinjaTokenKind.BlockEnd, "");
        position = at + 2;
        if (!isVariable)
            AfterBlockTag(sign);
        else if (sign == '-')
            SkipSpaces();
        return true;
    }

    private void ReadOperator(Stack<char> closers)
    {
        foreach (var candidate in Operators)
        {
            if (string.CompareOrdinal(source, position, candidate, 0, candidate.Length) != 0)
                continue;
            switch (candidate)
            {
                case "(":
                    closers.Push(')');
                    break;
                case "[":
                    closers.Push(']');
                    break;
                case "{":
                    closers.Push('}');
                    break;
                case ")" or "]" or "}":
                    var expected = closers.Count > 0 ? $"'{closers.Pop()}'" : "no closing bracket";
                    if (expected != $"'{candidate}'")
                        throw new JinjaException($"'{candidate}'", expected, line: LineAt(position));
                    break;
            }
            Add(JinjaTokenKind.Operator, candidate);
            position += candidate.Length;
            return;
        }
        throw new JinjaException($"the character '{source[position]}' inside a tag", "an expression", line: LineAt(position));
    }

    private void ReadName()
    {
        var start = position;
        while (position < source.Length && (source[position] == '_' || char.IsLetterOrDigit(source[position])))
            position++;
        if (position - start > LongestName)
            throw new JinjaException($"a name of {position - start} characters", $"at most {LongestName}", line: LineAt(start));
        Add(JinjaTokenKind.Name, source[start..position], start);
    }

    private void ReadNumber()
    {
        var start = position;
        if (source[position] == '0' && position + 2 < source.Length && (source[position + 1] | 0x20) is 'x' or 'o' or 'b')
        {
            var radix = (source[position + 1] | 0x20) switch { 'x' => 16, 'o' => 8, _ => 2 };
            position += 2;
            var value = BigInteger.Zero;
            var digitsStart = position;
            for (; position < source.Length && (source[position] == '_' || DigitValue(source[position]) < radix); position++)
            {
                if (source[position] != '_')
                    value = new JinjaInteger((value * radix) + DigitValue(source[position])).Value;
            }
            if (position > digitsStart)
            {
                tokens.Add(new(JinjaTokenKind.Number, source[start..position], LineAt(start), new JinjaInteger(value)));
                return;
            }
            position = start;
        }
        SkipDigits();
        var isFloat = false;
        // After a dot, as in "parts.0.1", a number is an index and never has a fraction.
        if (start == 0 || source[start - 1] != '.')
        {
            if (position + 1 < source.Length && source[position] == '.' && char.IsAsciiDigit(source[position + 1]))
            {
                isFloat = true;
                position++;
                SkipDigits();
            }
            var exponent = position;
            if (exponent < source.Length && source[exponent] is 'e' or 'E')
            {
                exponent++;
                if (exponent < source.Length && source[exponent] is '+' or '-')
                    exponent++;
                if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
                {
                    isFloat = true;
                    position = exponent;
                    SkipDigits();
                }
            }
        }
        var digits = source[start..position].Replace("_", "");
        JinjaValue number;
        if (isFloat)
            number = new JinjaFloat(double.Parse(digits));
        else if (digits.Length > 1 && digits[0] == '0' && digits.AsSpan().ContainsAnyExcept('0'))
            throw new JinjaException($"the number {digits}", "no leading zeros", line: LineAt(start));
        else if (digits.Length > JinjaInteger.MaxDigits)
            throw JinjaInteger.TooLong();
        else
            number = new JinjaInteger(BigInteger.Parse(digits));
        tokens.Add(new(JinjaTokenKind.Number, source[start..position], LineAt(start), number));
    }

    private static int DigitValue(char c) => char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;

    private void SkipDigits()
    {
        while (position < source.Length && (char.IsAsciiDigit(source[position]) || (source[position] == '_' && position + 1 < source.Length && char.IsAsciiDigit(source[position + 1]))))
            position++;
    }

    /// <summary>A string with Python's escapes; an unknown escape stays as it is written.</summary>
    private void ReadString(char quote)
    {
        var start = position++;
        var text = new StringBuilder();
        while (position < source.Length && source[position] != quote)
        {
            if (source[position] == '\\' && position + 1 < source.Length)
                ReadEscape(text);
            else
                text.Append(source[position++]);
        }
        if (position >= source.Length)
            throw new JinjaException("a string that does not end", $"a closing {quote}", line: LineAt(start));
        position++;
        Add(JinjaTokenKind.String, text.ToString(), start);
    }

    private void ReadEscape(StringBuilder text)
    {
        var start = position;
        var c = source[position + 1];
        position += 2;
        switch (c)
        {
            case '\n':
                break;
            case '\\' or '\'' or '"':
                text.Append(c);
                break;
            case 'a':
                text.Append('\a');
                break;
            case 'b':
                text.Append('\b');
                break;
            case 'f':
                text.Append('\f');
                break;
            case 'n':
                text.Append('\n');
                break;
            case 'r':
                text.Append('\r');
                break;
            case 't':
                text.Append('\t');
                break;
            case 'v':
                text.Append('\v');
                break;
            case >= '0' and <= '7':
                var octal = c - '0';
                for (var i = 0; i < 2 && position < source.Length && source[position] is >= '0' and <= '7'; i++)
                    octal = (octal * 8) + source[position++] - '0';
                text.Append((char)octal);
                break;
            case 'x' or 'u' or 'U':
                AppendHexEscape(text, c switch { 'x' => 2, 'u' => 4, _ => 8 }, start);
                break;
            case 'N':
                throw new JinjaException("the escape \\N", "a character written as itself or as \\u", line: LineAt(start));
            default:
                text.Append('\\').Append(c);
                break;
        }
    }

    private void AppendHexEscape(StringBuilder text, int digits, int start)
    {
        if (position + digits > source.Length || !int.TryParse(source.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, null, out var code)
            || code is < 0 or > 0x10FFFF)
            throw new JinjaException("an incomplete character escape", $"{digits} hexadecimal digits, at most 10FFFF", line: LineAt(start));
        position += digits;
        if (code > 0xFFFF)
            text.Append(char.ConvertFromUtf32(code));
        else
            text.Append((char)code);
    }

    private void AddData(string text)
    {
        if (text.Length > 0)
            tokens.Add(new(JinjaTokenKind.Data, text, LineAt(position)));
    }

    private void Add(JinjaTokenKind kind, string text, int? at = null) => tokens.Add(new(kind, text, LineAt(at ?? position)));

    /// <summary>Counts forwards only, so that the whole pass stays linear.</summary>
    private int LineAt(int at)
    {
        if (at > lineCountedTo)
        {
            line += source.AsSpan(lineCountedTo, at - lineCountedTo).Count('\n');
            lineCountedTo = at;
        }
        return line;
    }

    private JinjaException Unclosed(string what, string end) => new($"{what} that is not closed", $"'{end}'", line: LineAt(Math.Min(position, source.Length)));
}
