using System.Globalization;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>
/// Reads a regular expression as Oniguruma does (the engine of Hugging Face's tokenizers, RE.md of Oniguruma 6.9), over code points: alternatives, groups, <c>(?i:...)</c>, look-ahead,
/// look-behind at one code point, atomic groups, greedy, lazy and possessive repeats, classes with nesting and <c>&amp;&amp;</c>, properties and scripts. What it does not know (conditions, calls, named references) is refused by name.
/// </summary>
internal sealed class ExpressionParser
{
    /// <summary>Repeats are written out, so their numbers are bounded.</summary>
    private const int MostRepeats = 1000;

    /// <summary>Ten times as long as published expressions are.</summary>
    private const int MostCharacters = 1 << 14;

    /// <summary>Groups within groups.</summary>
    private const int MostDepth = 100;

    private readonly string pattern;
    private int at;
    private bool ignoreCase;
    private int depth;
    private int groups;
    private int mostReferred;

    private ExpressionParser(string pattern)
    {
        this.pattern = pattern;
    }

    private bool AtEnd => at == pattern.Length;

    /// <exception cref="ExpressionSyntaxException">It is malformed, or uses what is not known here.</exception>
    /// <param name="groups">Groups whose text is asked for again; 0 where none is.</param>
    public static ExpressionNode Parse(string pattern, out int groups)
    {
        if (pattern.Length > MostCharacters)
            throw new ExpressionSyntaxException($"longer than {MostCharacters} characters");
        var parser = new ExpressionParser(pattern);
        var node = parser.Alternatives();
        if (!parser.AtEnd)
            throw parser.Wrong("a ')' without its '('");
        if (parser.mostReferred > parser.groups)
            throw parser.Wrong($"'\\{parser.mostReferred}' without such a group");
        groups = parser.mostReferred == 0 ? 0 : parser.groups;
        return node;
    }

    private ExpressionNode Alternatives()
    {
        if (++depth > MostDepth)
            throw Wrong($"more than {MostDepth} groups within each other");
        var outer = ignoreCase;
        var choices = new List<ExpressionNode> { Sequence() };
        while (Take('|'))
            choices.Add(Sequence());
        ignoreCase = outer;
        depth--;
        return choices.Count == 1 ? choices[0] : new ExpressionNode.Alternatives(choices);
    }

    private ExpressionNode Sequence()
    {
        var parts = new List<ExpressionNode>();
        while (!AtEnd && pattern[at] is not ('|' or ')'))
        {
            if (Piece() is { } piece)
                parts.Add(Repeated(piece));
        }
        return parts.Count == 1 ? parts[0] : new ExpressionNode.Sequence(parts);
    }

    /// <summary>Null for what sets options and is nothing itself.</summary>
    private ExpressionNode? Piece()
    {
        switch (pattern[at])
        {
            case '(':
                at++;
                return Group();
            case '[':
                at++;
                return SetOf(Class());
            case '.':
                at++;
                return SetOf(point => point != '\n');
            case '^':
                at++;
                return new ExpressionNode.Place(Anchor.LineStart);
            case '$':
                at++;
                return new ExpressionNode.Place(Anchor.LineEnd);
            case '*' or '+' or '?':
                throw Wrong("a repeat of nothing");
            case '\\':
                return Escape();
            default:
                return Literal(Point());
        }
    }

    private ExpressionNode? Group()
    {
        if (!Take('?'))
        {
            var number = ++groups;
            return new ExpressionNode.Capture(Closed(Alternatives()), number);
        }
        if (Take(':'))
            return Closed(Alternatives());
        if (Take('>'))
            return new ExpressionNode.Atomic(Closed(Alternatives()));
        if (Take('='))
            return new ExpressionNode.LookAhead(Closed(Alternatives()), Negative: false);
        if (Take('!'))
            return new ExpressionNode.LookAhead(Closed(Alternatives()), Negative: true);
        if (Take('#'))
        {
            while (!AtEnd && pattern[at] != ')')
                at++;
            return Take(')') ? null : throw Wrong("a comment without its ')'");
        }
        if (Take('<'))
            return Take('=') ? LookBehind(negative: false) : Take('!') ? LookBehind(negative: true) : Named();
        return Options();
    }

    private ExpressionNode Named()
    {
        var end = pattern.IndexOf('>', at);
        if (end < 0)
            throw Wrong("a group's name without its '>'");
        at = end + 1;
        return Closed(Alternatives());
    }

    private ExpressionNode.LookBehind LookBehind(bool negative) => Closed(Alternatives()) is ExpressionNode.Set set
        ? new ExpressionNode.LookBehind(set.Points, negative)
        : throw Wrong("a look-behind of more than one character");

    /// <summary><c>(?i:...)</c>, or <c>(?i)</c> for the rest of the group.</summary>
    private ExpressionNode? Options()
    {
        var (on, outer) = (true, ignoreCase);
        for (; !AtEnd && pattern[at] is not (':' or ')'); at++)
        {
            if (pattern[at] == '-')
                on = false;
            else if (pattern[at] == 'i')
                ignoreCase = on;
            else
                throw Wrong($"the option '{pattern[at]}'");
        }
        if (Take(')'))
            return null;
        if (!Take(':'))
            throw Wrong("options without an end");
        var body = Closed(Alternatives());
        ignoreCase = outer;
        return body;
    }

    private T Closed<T>(T node) => Take(')') ? node : throw Wrong("a '(' without its ')'");

    private ExpressionNode Repeated(ExpressionNode body)
    {
        while (!AtEnd)
        {
            var start = at;
            var (least, most, isInterval) = (0, (int?)null, false);
            if (Take('*'))
                (least, most) = (0, null);
            else if (Take('+'))
                (least, most) = (1, null);
            else if (Take('?'))
                (least, most) = (0, 1);
            else if (pattern[at] == '{' && Interval(out least, out most))
                isInterval = true;
            else
                return body;
            // A '+' behind {n,m} repeats the whole again, as in Oniguruma; behind other repeats it keeps what they took.
            var greed = Take('?') ? Greed.Lazy : !isInterval && Take('+') ? Greed.Possessive : Greed.Greedy;
            if (body.CanBeEmpty && most != 1)
                throw new ExpressionSyntaxException($"at {start}: a repeat of what may be empty");
            body = new ExpressionNode.Repeat(body, least, most, greed);
        }
        return body;
    }

    /// <summary>{n}, {n,}, {,m} or {n,m}; anything else in braces is text.</summary>
    private bool Interval(out int least, out int? most)
    {
        (least, most) = (0, null);
        var end = pattern.IndexOf('}', at);
        if (end < 0)
            return false;
        var parts = pattern[(at + 1)..end].Split(',');
        if (parts.Length > 2 || parts.All(part => part.Length == 0) || parts.Any(part => part.Any(c => !char.IsAsciiDigit(c))))
            return false;
        least = parts[0].Length == 0 ? 0 : Number(parts[0]);
        most = parts.Length == 1 ? least : parts[1].Length == 0 ? null : Number(parts[1]);
        if (most < least)
            throw Wrong("a repeat whose numbers are the wrong way round");
        at = end + 1;
        return true;
    }

    private int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MostRepeats ? number : throw Wrong($"more than {MostRepeats} repeats");

    private ExpressionNode Escape()
    {
        at++;
        if (AtEnd)
            throw Wrong("a '\\' at the end");
        switch (pattern[at])
        {
            case 'A':
                at++;
                return new ExpressionNode.Place(Anchor.TextStart);
            case 'z' or 'Z':
                at++;
                return new ExpressionNode.Place(Anchor.TextEnd);
            case 'b':
                at++;
                return new ExpressionNode.Place(Anchor.WordBoundary);
            case 'B':
                at++;
                return new ExpressionNode.Place(Anchor.NoWordBoundary);
            case >= '1' and <= '9':
                var number = pattern[at++] - '0';
                mostReferred = Math.Max(mostReferred, number);
                return new ExpressionNode.Again(number);
            case 'k' or 'g' or 'G' or 'K' or 'X' or 'R':
                throw Wrong($"'\\{pattern[at]}'");
            default:
                return EscapedSet(CharacterProperties.IsWordOutsideClasses) is { } set ? SetOf(set) : Literal(EscapedPoint());
        }
    }

    /// <summary>After a backslash: a class of characters; null, and nothing taken, where it is a single one.</summary>
    /// <param name="isWord">Oniguruma's <c>\w</c> is not the same within a class.</param>
    private Func<int, bool>? EscapedSet(Func<int, bool> isWord)
    {
        var negative = char.IsAsciiLetterUpper(pattern[at]);
        Func<int, bool>? has = char.ToLowerInvariant(pattern[at]) switch
        {
            's' => CharacterProperties.IsSpace,
            'd' => CharacterProperties.Named("Nd"),
            'w' => isWord,
            'h' => CharacterProperties.Named("xdigit"),
            'p' => Property(),
            _ => null,
        };
        if (has is null)
            return null;
        at++;
        return negative ? point => !has(point) : has;
    }

    /// <summary><c>p{Name}</c> or <c>p{^Name}</c>; what is left to take is its brace.</summary>
    private Func<int, bool> Property()
    {
        var end = at + 1 < pattern.Length && pattern[at + 1] == '{' ? pattern.IndexOf('}', at) : -1;
        if (end < 0)
            throw Wrong("a property without its braces");
        var name = pattern[(at + 2)..end];
        var negative = name.StartsWith('^');
        var has = CharacterProperties.Named(negative ? name[1..] : name) ?? throw Wrong($"the property '{name}'");
        at = end;
        return negative ? point => !has(point) : has;
    }

    private int EscapedPoint()
    {
        var c = pattern[at];
        if (ControlOf(c) is { } control)
        {
            at++;
            return control;
        }
        switch (c)
        {
            case 'x' when at + 1 < pattern.Length && pattern[at + 1] == '{':
                var end = pattern.IndexOf('}', at);
                return Hexadecimal(at + 2, end < 0 ? pattern.Length : end, braces: true);
            case 'x':
                return Hexadecimal(at + 1, at + 3, braces: false);
            case 'u':
                return Hexadecimal(at + 1, at + 5, braces: false);
            case var letter when char.IsAsciiLetterOrDigit(letter):
                throw Wrong($"'\\{letter}'");
            default:
                return Point();
        }
    }

    private static int? ControlOf(char letter) => letter switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        'e' => 0x1B,
        '0' => 0,
        _ => null,
    };

    private int Hexadecimal(int start, int end, bool braces)
    {
        if (end > pattern.Length || !int.TryParse(pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) || point is < 0 or > 0x10FFFF)
            throw Wrong("a character's number that is none");
        at = braces ? end + 1 : end;
        return at <= pattern.Length ? point : throw Wrong("a character's number without its '}'");
    }

    /// <summary>After '[': members, nested classes and their intersections, up to ']'.</summary>
    private Func<int, bool> Class()
    {
        if (++depth > MostDepth)
            throw Wrong($"more than {MostDepth} classes within each other");
        var negative = Take('^');
        var ranges = new List<(int First, int Last)>();
        var tests = new List<Func<int, bool>>();
        Func<int, bool>? before = null;
        var isFirst = true;
        while (true)
        {
            if (AtEnd)
                throw Wrong("a '[' without its ']'");
            if (pattern[at] == ']' && !isFirst)
                break;
            isFirst = false;
            if (pattern[at] == '[')
                tests.Add(NestedClass());
            else if (pattern.AsSpan(at).StartsWith("&&"))
                before = Both(before, Union(ref ranges, ref tests));
            else
                Member(ranges, tests);
        }
        at++;
        depth--;
        var all = Both(before, Union(ref ranges, ref tests));
        var folded = ignoreCase ? CaseFolding.WithCases(all) : all;
        return negative ? point => !folded(point) : folded;
    }

    /// <summary>The members so far; an ampersand pair is taken where one stands.</summary>
    private Func<int, bool> Union(ref List<(int First, int Last)> ranges, ref List<Func<int, bool>> tests)
    {
        if (pattern.AsSpan(at).StartsWith("&&"))
            at += 2;
        var (points, others) = (ranges.ToArray(), tests.ToArray());
        (ranges, tests) = ([], []);
        return point => Array.Exists(points, range => range.First <= point && point <= range.Last) || Array.Exists(others, has => has(point));
    }

    private static Func<int, bool> Both(Func<int, bool>? first, Func<int, bool> second) => first is null ? second : point => first(point) && second(point);

    private Func<int, bool> NestedClass()
    {
        at++;
        if (!Take(':'))
            return Class();
        var end = pattern.IndexOf(":]", at, StringComparison.Ordinal);
        if (end < 0)
            throw Wrong("a '[:' without its ':]'");
        var negative = Take('^');
        var name = pattern[at..end];
        var has = CharacterProperties.Named(name) ?? throw Wrong($"the class '{name}'");
        at = end + 2;
        return negative ? point => !has(point) : has;
    }

    private void Member(List<(int First, int Last)> ranges, List<Func<int, bool>> tests)
    {
        if (ClassPoint(tests) is not { } first)
            return;
        if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] is not (']' or '['))
        {
            at++;
            if (ClassPoint(tests) is not { } last)
                throw Wrong("a range that ends in a class");
            if (last < first)
                throw Wrong("a range the wrong way round");
            ranges.Add((first, last));
            return;
        }
        ranges.Add((first, first));
    }

    /// <summary>A code point of a class; null where it was a class of its own, which is among the tests then.</summary>
    private int? ClassPoint(List<Func<int, bool>> tests)
    {
        if (!Take('\\'))
            return Point();
        if (AtEnd)
            throw Wrong("a '\\' at the end");
        if (pattern[at] == 'b')
        {
            at++;
            return '\b';
        }
        if (EscapedSet(CharacterProperties.IsWord) is not { } set)
            return EscapedPoint();
        tests.Add(set);
        return null;
    }

    private ExpressionNode.Set Literal(int point) => ignoreCase ? SetOf(CaseFolding.WithCases(other => other == point)) : new ExpressionNode.Set(new CharacterSet(point));

    private static ExpressionNode.Set SetOf(Func<int, bool> has) => new(new CharacterSet(has));

    private int Point()
    {
        var point = CodePoints.At(pattern, at, out var length);
        at += length;
        return point;
    }

    private bool Take(char c)
    {
        if (AtEnd || pattern[at] != c)
            return false;
        at++;
        return true;
    }

    private ExpressionSyntaxException Wrong(string what) => new(FormattableString.Invariant($"at {at}: {what}"));
}
