using System.Text;

namespace Temoto.Jinja;

/// <summary>The methods of Python's str.</summary>
internal static class StringMethods
{
    /// <summary>A part of a split takes some hundred bytes: their number is bounded through the steps they cost.</summary>
    private const int PartSteps = 8;

    /// <summary>The method bound to <paramref name="text"/>, or null.</summary>
    public static JinjaFunction? Find(JinjaString text, string name)
    {
        JinjaBody? body = name switch
        {
            "strip" => (e, a) => Strip(e, text, a, start: true, end: true),
            "lstrip" => (e, a) => Strip(e, text, a, start: true, end: false),
            "rstrip" => (e, a) => Strip(e, text, a, start: false, end: true),
            "split" => (e, a) => Split(e, text, a, fromRight: false),
            "rsplit" => (e, a) => Split(e, text, a, fromRight: true),
            "splitlines" => (e, a) => SplitLines(e, text, a),
            "partition" => (e, a) => Partition(e, text, a, last: false),
            "rpartition" => (e, a) => Partition(e, text, a, last: true),
            "startswith" => (e, a) => HasEnd(text, a, (part, whole) => whole.StartsWith(part, StringComparison.Ordinal)),
            "endswith" => (e, a) => HasEnd(text, a, (part, whole) => whole.EndsWith(part, StringComparison.Ordinal)),
            "removeprefix" => (e, a) => RemoveEnd(text, a, isPrefix: true),
            "removesuffix" => (e, a) => RemoveEnd(text, a, isPrefix: false),
            "upper" => (e, a) => Map(e, text, a, PythonText.Upper),
            "lower" or "casefold" => (e, a) => Map(e, text, a, PythonText.Lower),
            "title" => (e, a) => Map(e, text, a, PythonText.Title),
            "capitalize" => (e, a) => Map(e, text, a, PythonText.Capitalize),
            "swapcase" => (e, a) => Map(e, text, a, whole => string.Concat(whole.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
            "replace" => (e, a) =>
            {
                var bound = a.Bind(2, "old", "new", "count");
                return text.With(Replace(text.Text, TextOf(bound[0]!), TextOf(bound[1]!), bound[2] is null ? -1 : IntegerOf(bound[2]!), e.Budget));
            }
            ,
            "join" => (e, a) => text.With(Join(JinjaOperators.Iterate(a.Bind(1, "iterable")[0]!, e.Budget), text.Text, TextOf, e.Budget)),
            "find" => (e, a) => Find(e, text, a, last: false),
            "rfind" => (e, a) => Find(e, text, a, last: true),
            "index" => (e, a) => Index(Find(e, text, a, last: false)),
            "rindex" => (e, a) => Index(Find(e, text, a, last: true)),
            "count" => (e, a) => Count(e, text.Text, TextOf(a.Bind(1, "sub")[0]!)),
            "format" => (e, a) => text.With(BraceFormat.Format(text.Text, a, e.Budget)),
            "center" => (e, a) => Pad(e, text, a, missing => missing / 2),
            "ljust" => (e, a) => Pad(e, text, a, _ => 0),
            "rjust" => (e, a) => Pad(e, text, a, missing => missing),
            "zfill" => (e, a) => ZeroFill(e, text, a),
            "isdigit" or "isnumeric" or "isdecimal" => (e, a) => All(text, a, char.IsDigit),
            "isalpha" => (e, a) => All(text, a, char.IsLetter),
            "isalnum" => (e, a) => All(text, a, char.IsLetterOrDigit),
            "isspace" => (e, a) => All(text, a, PythonText.IsSpace),
            "isupper" => (e, a) => IsCased(text, a, upper: true),
            "islower" => (e, a) => IsCased(text, a, upper: false),
            _ => null,
        };
        if (body is null)
            return null;
        return new JinjaFunction(name, (evaluator, arguments) =>
        {
            evaluator.Budget.Step(arguments.Positional.Aggregate(text.Weight, (sum, argument) => sum + argument.Weight));
            return body(evaluator, arguments);
        });
    }

    public static string TextOf(JinjaValue value) => value switch
    {
        JinjaString text => text.Text,
        JinjaUndefined missing => throw missing.Error(),
        _ => throw new JinjaException($"a value of type {value.TypeName}", "a string"),
    };

    public static int IntegerOf(JinjaValue value) => value switch
    {
        JinjaInteger integer => integer.Clamped,
        JinjaBoolean boolean => boolean.Value ? 1 : 0,
        JinjaUndefined missing => throw missing.Error(),
        _ => throw new JinjaException($"a value of type {value.TypeName}", "an integer"),
    };

    /// <summary>str.strip(chars): any of the characters, not the string as a whole; null for white space.</summary>
    public static string Strip(string text, string? characters, bool start, bool end)
    {
        bool Goes(char c) => characters is null ? PythonText.IsSpace(c) : characters.Contains(c);
        var from = 0;
        var to = text.Length;
        while (start && from < to && Goes(text[from]))
            from++;
        while (end && to > from && Goes(text[to - 1]))
            to--;
        return text[from..to];
    }

    public static string Replace(string text, string old, string replacement, int count, JinjaBudget budget)
    {
        var output = new StringBuilder();
        var position = 0;
        // An empty old matches before every character and at the end.
        for (var done = 0; count < 0 || done < count; done++)
        {
            var found = old.Length > 0 ? text.IndexOf(old, position, StringComparison.Ordinal) : position <= text.Length ? position : -1;
            if (found < 0)
                break;
            budget.Characters(found - position + replacement.Length + 1);
            output.Append(text, position, found - position).Append(replacement);
            position = found + old.Length;
            if (old.Length > 0)
                continue;
            if (position < text.Length)
            {
                var width = char.IsSurrogatePair(text, position) ? 2 : 1;
                output.Append(text, position, width);
                position += width;
            }
            else
            {
                position = text.Length + 1;
            }
        }
        if (position < text.Length)
        {
            budget.Characters(text.Length - position);
            output.Append(text, position, text.Length - position);
        }
        return output.ToString();
    }

    public static string Join(IReadOnlyList<JinjaValue> items, string separator, Func<JinjaValue, string> write, JinjaBudget budget)
    {
        var output = new StringBuilder();
        for (var i = 0; i < items.Count; i++)
        {
            var text = write(items[i]);
            budget.Characters(text.Length + separator.Length + 1);
            if (i > 0)
                output.Append(separator);
            output.Append(text);
        }
        return output.ToString();
    }

    public static string Center(string text, int width, char fill, JinjaBudget budget, Func<int, int>? left = null)
    {
        var missing = width - PythonText.Length(text);
        if (missing <= 0)
            return text;
        budget.Characters((long)missing + text.Length);
        // CPython puts the odd blank on the left when the width is odd.
        var before = left is not null ? left(missing) : (missing / 2) + (missing & width & 1);
        return new string(fill, before) + text + new string(fill, missing - before);
    }

    private static JinjaString Map(JinjaEvaluator evaluator, JinjaString text, JinjaArguments arguments, Func<string, string> change)
    {
        arguments.Bind();
        evaluator.Budget.Characters(text.Text.Length);
        return text.With(change(text.Text));
    }

    private static JinjaString Strip(JinjaEvaluator evaluator, JinjaString text, JinjaArguments arguments, bool start, bool end)
    {
        var characters = arguments.Bind("chars")[0];
        evaluator.Budget.Characters(text.Text.Length);
        return text.With(Strip(text.Text, characters is null or JinjaNone ? null : TextOf(characters), start, end));
    }

    private static JinjaSequence Split(JinjaEvaluator evaluator, JinjaString text, JinjaArguments arguments, bool fromRight)
    {
        var bound = arguments.Bind("sep", "maxsplit");
        var limit = bound[1] is null ? -1 : IntegerOf(bound[1]!);
        evaluator.Budget.Characters(text.Text.Length);
        var parts = bound[0] is null or JinjaNone
            ? SplitSpaces(text.Text, limit, fromRight, evaluator.Budget)
            : SplitBy(text.Text, TextOf(bound[0]!), limit, fromRight, evaluator.Budget);
        return new JinjaSequence([.. parts.Select(part => (JinjaValue)text.With(part))]);
    }

    private static List<string> SplitBy(string text, string separator, int limit, bool fromRight, JinjaBudget budget)
    {
        if (separator.Length == 0)
            throw new JinjaException("split by an empty string", "a separator");
        var parts = new List<string>();
        if (!fromRight)
        {
            var start = 0;
            for (int at; parts.Count != limit && (at = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; start = at + separator.Length)
            {
                budget.Step(PartSteps);
                parts.Add(text[start..at]);
            }
            parts.Add(text[start..]);
            return parts;
        }
        var end = text.Length;
        for (int at; parts.Count != limit && (at = text.AsSpan(0, end).LastIndexOf(separator)) >= 0; end = at)
        {
            budget.Step(PartSteps);
            parts.Add(text[(at + separator.Length)..end]);
        }
        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    /// <summary>Runs of white space separate, and none at the ends gives an empty part.</summary>
    private static List<string> SplitSpaces(string text, int limit, bool fromRight, JinjaBudget budget)
    {
        var parts = new List<string>();
        var (start, end) = (0, text.Length);
        while (true)
        {
            budget.Step(PartSteps);
            while (!fromRight && start < end && PythonText.IsSpace(text[start]))
                start++;
            while (fromRight && end > start && PythonText.IsSpace(text[end - 1]))
                end--;
            if (start >= end)
                break;
            if (limit >= 0 && parts.Count == limit)
            {
                parts.Add(text[start..end]);
                break;
            }
            var border = fromRight
                ? text.AsSpan(start, end - start).LastIndexOfAny(PythonText.Spaces)
                : text.AsSpan(start, end - start).IndexOfAny(PythonText.Spaces);
            if (border < 0)
            {
                parts.Add(text[start..end]);
                break;
            }
            if (fromRight)
            {
                parts.Add(text[(start + border + 1)..end]);
                end = start + border;
            }
            else
            {
                parts.Add(text.Substring(start, border));
                start += border;
            }
        }
        if (fromRight)
            parts.Reverse();
        return parts;
    }

    private static JinjaSequence SplitLines(JinjaEvaluator evaluator, JinjaString text, JinjaArguments arguments)
    {
        var keepEnds = arguments.Bind("keepends")[0]?.IsTrue ?? false;
        return new JinjaSequence([.. PythonText.Lines(text.Text, evaluator.Budget, keepEnds).Select(line => (JinjaValue)text.With(line))]);
    }

    private static JinjaSequence Partition(JinjaEvaluator evaluator, JinjaString text, JinjaArguments arguments, bool last)
    {
        var separator = TextOf(arguments.Bind(1, "sep")[0]!);
        if (separator.Length == 0)
            throw new JinjaException("partition by an empty string", "a separator");
        evaluator.Budget.Characters(text.Text.Length);
        var whole = text.Text;
        var at = last ? whole.LastIndexOf(separator, StringComparison.Ordinal) : whole.IndexOf(separator, StringComparison.Ordinal);
        string[] parts = at < 0
            ? last ? ["", "", whole] : [whole, "", ""]
            : [whole[..at], separator, whole[(at + separator.Length)..]];
        return new JinjaSequence([.. parts.Select(part => (JinjaValue)text.With(part))], SequenceKind.Tuple);
    }

    private static JinjaValue HasEnd(JinjaString text, JinjaArguments arguments, Func<string, string, bool> test)
    {
        var bound = arguments.Bind(1, "prefix", "start", "end");
        var whole = text.Text;
        if (bound[1] is not null || bound[2] is not null)
        {
            var (start, end) = Range(whole, bound[1], bound[2]);
            if (start > end)
                return false;
            whole = whole[start..end];
        }
        return bound[0] is JinjaSequence { Kind: SequenceKind.Tuple } choices ? choices.Items.Any(choice => test(TextOf(choice), whole)) : test(TextOf(bound[0]!), whole);
    }

    private static JinjaString RemoveEnd(JinjaString text, JinjaArguments arguments, bool isPrefix)
    {
        var part = TextOf(arguments.Bind(1, "affix")[0]!);
        if (isPrefix)
            return text.Text.StartsWith(part, StringComparison.Ordinal) ? text.With(text.Text[part.Length..]) : text;
        return part.Length > 0 && text.Text.EndsWith(part, StringComparison.Ordinal) ? text.With(text.Text[..^part.Length]) : text;
    }

    /// <summary>UTF-16 places of the code point bounds of find, count and their like.</summary>
    private static (int Start, int End) Range(string text, JinjaValue? start, JinjaValue? end)
    {
        var count = PythonText.Length(text);
        int Place(JinjaValue? value, int otherwise)
        {
            if (value is null or JinjaNone)
                return otherwise;
            var place = IntegerOf(value);
            return place < 0 ? Math.Max(0, place + count) : place > count ? count + 1 : place;
        }
        var from = Place(start, 0);
        var to = Math.Min(Place(end, count), count);
        if (from > to)
            return (1, 0);
        return count == text.Length ? (from, to) : (PythonText.UnitsOf(text, from), PythonText.UnitsOf(text, to));
    }

    private static JinjaInteger Find(JinjaEvaluator evaluator, JinjaString text, JinjaArguments arguments, bool last)
    {
        var bound = arguments.Bind(1, "sub", "start", "end");
        var part = TextOf(bound[0]!);
        evaluator.Budget.Characters(text.Text.Length);
        var (start, end) = Range(text.Text, bound[1], bound[2]);
        if (start > end)
            return new JinjaInteger(-1);
        var span = text.Text.AsSpan(start, end - start);
        var at = last ? span.LastIndexOf(part) : span.IndexOf(part);
        return new JinjaInteger(at < 0 ? -1 : PythonText.Length(text.Text[..(start + at)]));
    }

    private static JinjaInteger Index(JinjaInteger found) =>
        found.Value.Sign >= 0 ? found : throw new JinjaException("an index() of text that is not in the string", "text that is");

    private static JinjaValue Count(JinjaEvaluator evaluator, string text, string part)
    {
        evaluator.Budget.Characters(text.Length);
        return part.Length == 0 ? PythonText.Length(text) + 1 : text.AsSpan().Count(part);
    }

    private static JinjaString Pad(JinjaEvaluator evaluator, JinjaString text, JinjaArguments arguments, Func<int, int> left)
    {
        var bound = arguments.Bind(1, "width", "fillchar");
        var fill = bound[1] is null ? " " : TextOf(bound[1]!);
        if (fill.Length != 1)
            throw new JinjaException("a fill of several characters", "one character");
        var isCenter = left(3) == 1;
        return text.With(Center(text.Text, IntegerOf(bound[0]!), fill[0], evaluator.Budget, isCenter ? null : left));
    }

    private static JinjaString ZeroFill(JinjaEvaluator evaluator, JinjaString text, JinjaArguments arguments)
    {
        var width = IntegerOf(arguments.Bind(1, "width")[0]!);
        var sign = text.Text.Length > 0 && text.Text[0] is '+' or '-' ? text.Text[..1] : "";
        return text.With(sign + Center(text.Text[sign.Length..], width - sign.Length, '0', evaluator.Budget, missing => missing));
    }

    private static JinjaValue All(JinjaString text, JinjaArguments arguments, Func<char, bool> test)
    {
        arguments.Bind();
        return text.Text.Length > 0 && text.Text.All(test);
    }

    private static JinjaValue IsCased(JinjaString text, JinjaArguments arguments, bool upper)
    {
        arguments.Bind();
        return IsCased(text.Text, upper);
    }

    /// <summary>Has a cased letter, and all of them are of the one case.</summary>
    public static bool IsCased(string text, bool upper) =>
        text.Any(upper ? char.IsUpper : char.IsLower) && !text.Any(upper ? char.IsLower : char.IsUpper);
}
