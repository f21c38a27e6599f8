using System.Globalization;
using System.Text;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Gbnf;

/// <summary>Reads the text of a grammar as llama.cpp does (grammars/README.md there): a rule ends with its line, but not behind ::= or |, nor within a group.</summary>
internal sealed class GbnfReader
{
    private const int MostLength = 1 << 20, MostNesting = 200, MostRules = 10_000;

    /// <summary>A group is at most alternatives of sequences of repeats of the next.</summary>
    private const int MostHeight = 4 * MostNesting;

    /// <summary>Longer literals are several, one after the other: what may follow each of their characters is kept.</summary>
    private const int MostText = 256;

    private readonly string text;
    private readonly Dictionary<string, GbnfRule> rules = [];
    private GbnfRule current = null!;
    private int at;
    private int nesting;
    private (int At, int Line) counted = (0, 1);

    private GbnfReader(string text)
    {
        this.text = text;
    }

    /// <summary>The rules, each defined.</summary>
    public static IReadOnlyDictionary<string, GbnfRule> Read(string text)
    {
        if (text.Length > MostLength)
            throw new GrammarException("", $"a grammar of {text.Length} characters", $"at most {MostLength}", "make it shorter");
        var reader = new GbnfReader(text);
        reader.ReadRules();
        return reader.rules;
    }

    private void ReadRules()
    {
        SkipSpace(true);
        while (at < text.Length)
            ReadRule();
        foreach (var rule in rules.Values)
        {
            if (rule.Whole is null)
                throw new GrammarException($"line {rule.Line}", $"the rule {rule.Name}, which is not defined", $"a line {rule.Name} ::= ...", "define the rule, or correct its name");
        }
    }

    private void ReadRule()
    {
        var line = Line(at);
        current = Rule(ReadName());
        if (current.Whole is not null)
            throw new GrammarException($"line {line}", $"the rule {current.Name} again (it is defined in line {current.Line})", "one definition", "join them with |");
        current.Line = line;
        SkipSpace(false);
        if (!text.AsSpan(at).StartsWith("::="))
            throw Wrong("::=", "a rule is written NAME ::= ...");
        at += 3;
        SkipSpace(true);
        current.Whole = ReadAlternatives();
        current.Whole.WholeOf = current;
        if (at < text.Length && text[at] is not ('\r' or '\n'))
            throw Wrong("the end of the line", "a rule goes on behind its line within ( ) and behind |; one that is empty is written \"\"");
        SkipSpace(true);
    }

    private GbnfExpression ReadAlternatives()
    {
        var parts = new List<GbnfExpression> { ReadSequence() };
        while (Take('|'))
        {
            SkipSpace(true);
            parts.Add(ReadSequence());
        }
        return parts is [var only] ? only : Checked(new AlternativesExpression(parts));
    }

    private GbnfExpression ReadSequence()
    {
        var parts = new List<GbnfExpression>();
        while (at < text.Length && ReadItem() is { } item)
        {
            SkipSpace(nesting > 0);
            while (ReadRepeat(item) is { } repeat)
            {
                item = Checked(repeat);
                SkipSpace(nesting > 0);
            }
            parts.Add(item);
        }
        return parts is [var only] ? only : Checked(new SequenceExpression(parts));
    }

    private GbnfExpression? ReadItem()
    {
        var value = text[at];
        if (value == '"')
            return ReadLiteral();
        if (value == '[')
            return ReadClass();
        if (value == '(')
            return ReadGroup();
        if (IsOfName(value))
            return ReadReference();
        if (value is '<' or '!')
            throw Wrong("text, in quotes", "tokens cannot be named here: write what they spell");
        if (value is '*' or '+' or '?' or '{')
            throw Wrong("something to repeat before it", "put it behind a literal, a class, a name or a group");
        return Take('.') ? new ClassExpression(PointSet.All) : null;
    }

    private ReferenceExpression ReadReference()
    {
        var rule = Rule(ReadName());
        var reference = new ReferenceExpression(rule);
        rule.Uses.Add(reference);
        current.Names.Add(rule);
        return reference;
    }

    private GbnfExpression ReadGroup()
    {
        var start = at++;
        if (++nesting > MostNesting)
            throw TooDeep();
        SkipSpace(true);
        var body = ReadAlternatives();
        if (!Take(')'))
            throw Wrong(")", $"close the group of line {Line(start)}");
        nesting--;
        return body;
    }

    private GbnfExpression ReadLiteral()
    {
        var start = at++;
        var (parts, part) = (new List<GbnfExpression>(), new StringBuilder());
        while (!Take('"'))
        {
            if (at == text.Length)
                throw Unclosed(start, "a literal", "\"");
            var (where, point) = (at, ReadPoint());
            if (point is >= PointSet.FirstSurrogate and <= PointSet.LastSurrogate)
                throw new GrammarException($"line {Line(where)}", $"half a surrogate pair, {point:X4}", "code points", "write the code point that the pair stands for as \\UHHHHHHHH");
            part.Append(char.ConvertFromUtf32(point));
            if (part.Length < MostText)
                continue;
            parts.Add(new TextExpression(part.ToString()));
            part.Clear();
        }
        if (part.Length > 0)
            parts.Add(new TextExpression(part.ToString()));
        return parts is [var only] ? only : new SequenceExpression(parts);
    }

    private ClassExpression ReadClass()
    {
        var start = at++;
        var isNegated = Take('^');
        var ranges = new List<(int, int)>();
        while (!Take(']'))
        {
            if (at == text.Length)
                throw Unclosed(start, "a class", "]");
            var (where, first) = (at, ReadPoint());
            var last = first;
            if (at + 1 < text.Length && text[at] == '-' && text[at + 1] != ']')
            {
                at++;
                last = ReadPoint();
            }
            if (last < first)
                throw new GrammarException($"line {Line(where)}", $"the range {text[where..at]}", "the lower end first", "turn it round");
            ranges.Add((first, last));
        }
        if (ranges.Count == 0)
            throw new GrammarException($"line {Line(start)}", $"the class {text[start..at]}", "at least one character in it", "name its characters, or write . for any");
        var points = PointSet.Of([.. ranges]);
        return new ClassExpression(isNegated ? PointSet.All.Except(points) : PointSet.All.And(points));
    }

    private RepeatExpression? ReadRepeat(GbnfExpression item)
    {
        if (Take('*'))
            return new RepeatExpression(item, 0, Language.NoEnd);
        if (Take('+'))
            return new RepeatExpression(item, 1, Language.NoEnd);
        if (Take('?'))
            return new RepeatExpression(item, 0, 1);
        var start = at;
        if (!Take('{'))
            return null;
        var least = ReadNumber();
        var most = least;
        if (Take(','))
        {
            SkipSpace(nesting > 0);
            most = at < text.Length && char.IsAsciiDigit(text[at]) ? ReadNumber() : Language.NoEnd;
        }
        if (!Take('}'))
            throw Wrong("}", "repeats are written {m}, {m,} and {m,n}");
        if (most < least)
            throw new GrammarException($"line {Line(start)}", $"the repeat {text[start..at]}", "the lower number first", "turn it round");
        return new RepeatExpression(item, least, most);
    }

    private int ReadNumber()
    {
        SkipSpace(nesting > 0);
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (at == start)
            throw Wrong("a number", "repeats are written {m}, {m,} and {m,n}");
        if (!int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == Language.NoEnd)
            throw new GrammarException($"line {Line(start)}", "a repeat of more than two thousand millions", "a smaller number", "leave the number out where there is no limit");
        SkipSpace(nesting > 0);
        return number;
    }

    /// <summary>A code point, or an escape of one.</summary>
    private int ReadPoint()
    {
        if (Take('\\'))
            return ReadEscape();
        if (Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var used) != System.Buffers.OperationStatus.Done)
            throw new GrammarException($"line {Line(at)}", "half a surrogate pair", "code points", "save the grammar as UTF-8");
        at += used;
        return rune.Value;
    }

    private int ReadEscape()
    {
        var value = at < text.Length ? text[at] : '\0';
        var digits = value switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0)
        {
            var point = value switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '\\' or '"' or '[' or ']' or '-' => value, _ => -1 };
            if (point < 0)
                throw Wrong("n, r, t, x, u, U, \\, \", [, ] or - behind a backslash", "write a backslash as \\\\");
            at++;
            return point;
        }
        at++;
        if (at + digits > text.Length || !uint.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw Wrong($"{digits} hexadecimal digits behind \\{value}", "write them all, zeros too");
        if (code > PointSet.LastPoint)
            throw new GrammarException($"line {Line(at)}", $"the code point {code:X}", "at most 10FFFF", "write a code point of Unicode");
        at += digits;
        return (int)code;
    }

    private string ReadName()
    {
        var start = at;
        while (at < text.Length && IsOfName(text[at]))
            at++;
        if (at == start)
            throw Wrong("the name of a rule", "a rule is written NAME ::= ...; where it goes on in the next line, | ends this one");
        return text[start..at];
    }

    private GbnfRule Rule(string name)
    {
        if (rules.TryGetValue(name, out var rule))
            return rule;
        if (rules.Count == MostRules)
            throw new GrammarException($"line {Line(at)}", $"more than {MostRules} rules", "fewer", "join some of them");
        rules.Add(name, rule = new GbnfRule(name, Line(at)));
        return rule;
    }

    /// <summary>Spaces and comments; ends of lines too where the rule goes on behind them.</summary>
    private void SkipSpace(bool lines)
    {
        for (; at < text.Length; at++)
        {
            if (text[at] == '#')
            {
                while (at + 1 < text.Length && text[at + 1] is not ('\r' or '\n'))
                    at++;
            }
            else if (text[at] is not (' ' or '\t') && !(lines && text[at] is '\r' or '\n'))
                return;
        }
    }

    private bool Take(char value)
    {
        if (at == text.Length || text[at] != value)
            return false;
        at++;
        return true;
    }

    /// <summary>llama.cpp's names, and the underscore that others allow.</summary>
    private static bool IsOfName(char value) => char.IsAsciiLetterOrDigit(value) || value is '-' or '_';

    private GbnfExpression Checked(GbnfExpression expression) => expression.Height <= MostHeight ? expression : throw TooDeep();

    private GrammarException TooDeep() => new($"line {Line(at)}", $"nesting deeper than {MostNesting}", "fewer levels", "give the inner levels a rule of their own");

    private GrammarException Unclosed(int start, string what, string end) => new($"line {Line(start)}", $"{what} without an end", end, "close it");

    private GrammarException Wrong(string expected, string next)
    {
        var found = at >= text.Length ? "the end" : text[at] is '\r' or '\n' ? "the end of the line" : $"'{(char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? text.Substring(at, 2) : text[at])}'";
        return new GrammarException($"line {Line(at)}", found, expected, next);
    }

    /// <summary>Counts on from where it was last asked for, since it mostly is further down.</summary>
    private int Line(int position)
    {
        if (position < counted.At)
            counted = (0, 1);
        counted = (position, counted.Line + text.AsSpan(counted.At, position - counted.At).Count('\n'));
        return counted.Line;
    }
}
