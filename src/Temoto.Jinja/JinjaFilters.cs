using System.Buffers;
using System.Numerics;
using System.Text;

namespace Temoto.Jinja;

internal delegate JinjaValue JinjaFilter(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments);

/// <summary>The filters of Jinja that make sense in a chat template: <c>value | name(arguments)</c>.</summary>
internal static class JinjaFilters
{
    public static readonly IReadOnlyDictionary<string, JinjaFilter> All = new Dictionary<string, JinjaFilter>
    {
        ["abs"] = (_, v, a) => Abs(v, a),
        ["attr"] = Attribute,
        ["batch"] = Batch,
        ["capitalize"] = (e, v, a) => MapText(e, v, a, PythonText.Capitalize),
        ["center"] = (e, v, a) =>
        {
            var width = a.Bind("width")[0];
            var text = Text(e, v);
            return text.With(StringMethods.Center(text.Text, width is null ? 80 : StringMethods.IntegerOf(width), ' ', e.Budget));
        },
        ["count"] = Length,
        ["d"] = Default,
        ["default"] = Default,
        ["dictsort"] = DictSort,
        ["e"] = Escape,
        ["escape"] = Escape,
        ["first"] = (e, v, a) => First(e, v, a),
        ["float"] = Float,
        ["forceescape"] = (e, v, a) => new JinjaString(PythonText.EscapeHtml(Plain(e, v, a).Text, e.Budget), isMarkup: true),
        ["format"] = (e, v, a) => Format(e, v, a),
        ["groupby"] = GroupBy,
        ["indent"] = Indent,
        ["int"] = Integer,
        ["items"] = (e, v, a) => Items(e, v, a),
        ["join"] = Join,
        ["last"] = (e, v, a) => Last(e, v, a),
        ["length"] = Length,
        ["list"] = (e, v, a) => List(e, v, a),
        ["lower"] = (e, v, a) => MapText(e, v, a, PythonText.Lower),
        ["map"] = Map,
        ["max"] = (e, v, a) => Extreme(e, v, a, largest: true),
        ["min"] = (e, v, a) => Extreme(e, v, a, largest: false),
        ["reject"] = (e, v, a) => Select(e, v, a, byAttribute: false, wanted: false),
        ["rejectattr"] = (e, v, a) => Select(e, v, a, byAttribute: true, wanted: false),
        ["replace"] = Replace,
        ["reverse"] = (e, v, a) => Reverse(e, v, a),
        ["round"] = Round,
        ["safe"] = (e, v, a) => new JinjaString(Plain(e, v, a).Text, isMarkup: true),
        ["select"] = (e, v, a) => Select(e, v, a, byAttribute: false, wanted: true),
        ["selectattr"] = (e, v, a) => Select(e, v, a, byAttribute: true, wanted: true),
        ["slice"] = SliceInto,
        ["sort"] = Sort,
        ["string"] = Plain,
        ["sum"] = Sum,
        ["title"] = (e, v, a) => MapText(e, v, a, Title),
        ["tojson"] = ToJson,
        ["trim"] = Trim,
        ["unique"] = Unique,
        ["upper"] = (e, v, a) => MapText(e, v, a, PythonText.Upper),
        ["wordcount"] = (e, v, a) => WordCount(e, v, a),
    };

    private static readonly SearchValues<char> FloatCharacters = SearchValues.Create("0123456789+-.eE_");

    /// <summary>Applies a filter by name; an unknown one is an error only when it is reached, as in Jinja.</summary>
    public static JinjaValue Apply(JinjaEvaluator evaluator, string name, JinjaValue value, JinjaArguments arguments)
    {
        if (!All.TryGetValue(name, out var filter))
            throw new JinjaException($"the filter '{name}'", "one of " + string.Join(", ", All.Keys.Order()));
        return filter(evaluator, value, arguments);
    }

    /// <summary>soft_str: a string as it is, anything else as it prints.</summary>
    private static JinjaString Text(JinjaEvaluator evaluator, JinjaValue value) => value as JinjaString ?? new JinjaString(PythonText.Str(value, evaluator.Budget));

    private static JinjaString Plain(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return Text(evaluator, value);
    }

    private static JinjaString MapText(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments, Func<string, string> change)
    {
        arguments.Bind();
        var text = Text(evaluator, value);
        evaluator.Budget.Characters(text.Text.Length);
        return text.With(change(text.Text));
    }

    /// <summary>Unlike str.title, words begin after white space, hyphens and opening brackets only.</summary>
    private static string Title(string text)
    {
        var output = new StringBuilder(text.Length);
        var startsWord = true;
        foreach (var c in text)
        {
            var isBorder = PythonText.IsSpace(c) || c is '-' or '(' or '{' or '[' or '<';
            output.Append(startsWord ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            startsWord = isBorder;
        }
        return output.ToString();
    }

    private static JinjaValue Default(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("default_value", "boolean");
        return value is JinjaUndefined || (!value.IsTrue && (bound[1]?.IsTrue ?? false)) ? bound[0] ?? "" : value;
    }

    private static JinjaString Escape(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return value is JinjaString { IsMarkup: true } markup ? markup : new JinjaString(PythonText.EscapeHtml(Text(evaluator, value).Text, evaluator.Budget), isMarkup: true);
    }

    private static JinjaString Format(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var text = Text(evaluator, value);
        JinjaValue values = arguments.Named.Count > 0
            ? new JinjaMapping(arguments.Named.Select(entry => KeyValuePair.Create<JinjaValue, JinjaValue>(entry.Key, entry.Value)))
            : new JinjaSequence(arguments.Positional, SequenceKind.Tuple);
        return text.With(PrintfFormat.Format(text.Text, values, evaluator.Budget));
    }

    private static JinjaString Indent(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("width", "first", "blank");
        if (value is JinjaUndefined missing)
            throw missing.Error();
        var text = Text(evaluator, value);
        var width = bound[0] is JinjaString or null ? 4 : StringMethods.IntegerOf(bound[0]!);
        evaluator.Budget.Characters(Math.Max(0, width) + text.Text.Length);
        var indentation = bound[0] is JinjaString given ? given.Text : new string(' ', Math.Max(0, width));
        // With the newline added, a text that ends in one keeps it and an empty text has one line.
        var lines = PythonText.Lines(text.Text + "\n", evaluator.Budget);
        evaluator.Budget.Characters((long)lines.Count * (indentation.Length + 1));
        var indentsBlank = bound[2]?.IsTrue ?? false;
        var output = new StringBuilder(bound[1]?.IsTrue ?? false ? indentation : "").Append(lines[0]);
        foreach (var line in lines.Skip(1))
            output.Append('\n').Append(line.Length > 0 || indentsBlank ? indentation : "").Append(line);
        return text.With(output.ToString());
    }

    private static JinjaString Trim(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var characters = arguments.Bind("chars")[0];
        var text = Text(evaluator, value);
        evaluator.Budget.Characters(text.Text.Length);
        return text.With(StringMethods.Strip(text.Text, characters is null or JinjaNone ? null : StringMethods.TextOf(characters), start: true, end: true));
    }

    private static JinjaString Replace(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind(2, "old", "new", "count");
        var count = bound[2] is null or JinjaNone ? -1 : StringMethods.IntegerOf(bound[2]!);
        string Printed(JinjaValue part) => PythonText.Str(part, evaluator.Budget);
        var text = Text(evaluator, value);
        return text.With(StringMethods.Replace(text.Text, Printed(bound[0]!), Printed(bound[1]!), count, evaluator.Budget));
    }

    private static JinjaString ToJson(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("ensure_ascii", "indent", "separators", "sort_keys");
        string? indent = null;
        if (bound[1] is JinjaString given)
        {
            indent = given.Text;
        }
        else if (bound[1] is not (null or JinjaNone))
        {
            var width = Math.Max(0, StringMethods.IntegerOf(bound[1]!));
            evaluator.Budget.Characters(width);
            indent = new string(' ', width);
        }
        (string, string)? separators = bound[2] switch
        {
            null or JinjaNone => null,
            JinjaSequence { HasIndex: true, Items: [JinjaString item, JinjaString key] } => (item.Text, key.Text),
            _ => throw new JinjaException("separators of another shape", "two strings"),
        };
        return new JinjaString(PythonJson.Write(value, bound[0]?.IsTrue ?? false, indent, separators, bound[3]?.IsTrue ?? false, evaluator.Budget));
    }

    private static JinjaValue WordCount(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        var text = Text(evaluator, value).Text;
        evaluator.Budget.Characters(text.Length);
        var (count, inWord) = (0, false);
        foreach (var c in text)
        {
            var isWord = char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }
        return count;
    }

    // ---- Numbers ----

    private static JinjaValue Abs(JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return value switch
        {
            JinjaFloat real => Math.Abs(real.Value),
            _ when JinjaOperators.AsInteger(value) is { } integer => new JinjaInteger(BigInteger.Abs(integer)),
            JinjaUndefined missing => throw missing.Error(),
            _ => throw new JinjaException($"abs of {value.TypeName}", "a number"),
        };
    }

    private static JinjaValue Integer(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("default", "base");
        var radix = bound[1] is null ? 10 : StringMethods.IntegerOf(bound[1]!);
        evaluator.Budget.Step(value.Weight);
        switch (value)
        {
            case JinjaUndefined missing:
                throw missing.Error();
            case JinjaString text when ParseInteger(text.Text, radix, evaluator.Budget) is { } parsed:
                return new JinjaInteger(parsed);
            case JinjaString text when ParseFloat(text.Text) is { } real && double.IsFinite(real):
                return new JinjaInteger(new BigInteger(Math.Truncate(real)));
            case JinjaFloat real when double.IsFinite(real.Value):
                return new JinjaInteger(new BigInteger(Math.Truncate(real.Value)));
            default:
                return JinjaOperators.AsInteger(value) is { } integer ? new JinjaInteger(integer) : bound[0] ?? 0;
        }
    }

    private static JinjaValue Float(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("default");
        evaluator.Budget.Step(value.Weight);
        return value switch
        {
            JinjaUndefined missing => throw missing.Error(),
            JinjaString text => ParseFloat(text.Text) is { } parsed ? parsed : bound[0] ?? 0.0,
            _ => JinjaOperators.AsDouble(value) is { } real ? real : bound[0] ?? 0.0,
        };
    }

    /// <summary>Python's int(text, base): white space round it, a sign, underscores between digits, a prefix of the base.</summary>
    private static BigInteger? ParseInteger(string text, int radix, JinjaBudget budget)
    {
        if (radix is < 2 or > 36)
            return null;
        var digits = StringMethods.Strip(text, null, start: true, end: true);
        var negative = digits.StartsWith('-');
        if (negative || digits.StartsWith('+'))
            digits = digits[1..];
        var prefix = radix switch { 2 => "0b", 8 => "0o", 16 => "0x", _ => "" };
        if (prefix.Length > 0 && digits.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            digits = digits[2..].StartsWith('_') ? digits[3..] : digits[2..];
        if (digits.Length == 0 || digits.StartsWith('_') || digits.EndsWith('_') || digits.Contains("__"))
            return null;
        if (digits.Length > JinjaInteger.MaxDigits)
            throw JinjaInteger.TooLong();
        budget.Step(1 + ((long)digits.Length * digits.Length / 64));
        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            if (c == '_')
                continue;
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? (c | 0x20) - 'a' + 10 : 99;
            if (digit >= radix)
                return null;
            value = (value * radix) + digit;
        }
        return negative ? -value : value;
    }

    private static double? ParseFloat(string text)
    {
        var number = StringMethods.Strip(text, null, start: true, end: true);
        var unsigned = number.TrimStart('+', '-').ToLowerInvariant();
        if (unsigned is "inf" or "infinity" or "nan" && number.Length - unsigned.Length <= 1)
            return unsigned == "nan" ? double.NaN : number.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
        if (number.AsSpan().ContainsAnyExcept(FloatCharacters) || number.StartsWith('_') || number.EndsWith('_') || number.Contains("__"))
            return null;
        return double.TryParse(number.Replace("_", ""), out var value) ? value : null;
    }

    private static JinjaValue Round(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("precision", "method");
        var places = bound[0] is null ? 0 : StringMethods.IntegerOf(bound[0]!);
        var method = bound[1] is null ? "common" : StringMethods.TextOf(bound[1]!);
        if (Math.Abs((long)places) > 400)
            throw new JinjaException($"a precision of {places}", "at most 400 places");
        evaluator.Budget.Step(100);
        if (value is JinjaUndefined missing)
            throw missing.Error();
        if (method is "ceil" or "floor")
        {
            var scale = Math.Pow(10, places);
            var scaled = (JinjaOperators.AsDouble(value) ?? throw new JinjaException($"round of {value.TypeName}", "a number")) * scale;
            if (!double.IsFinite(scaled) || scale == 0)
                throw new JinjaException("a number too large to round", "a smaller one");
            return (method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale;
        }
        if (method != "common")
            throw new JinjaException($"the rounding method '{method}'", "common, ceil or floor");
        if (value is JinjaFloat real)
            return double.IsFinite(real.Value) ? double.Parse($"{PythonText.RoundScaled(real.Value, places)}E{-places}") : real;
        if (JinjaOperators.AsInteger(value) is not { } integer)
            throw new JinjaException($"round of {value.TypeName}", "a number");
        if (places >= 0)
            return new JinjaInteger(integer);
        var unit = BigInteger.Pow(10, -places);
        var quotient = BigInteger.DivRem(BigInteger.Abs(integer), unit, out var rest);
        var twice = (rest * 2).CompareTo(unit);
        if (twice > 0 || (twice == 0 && !quotient.IsEven))
            quotient++;
        return new JinjaInteger(quotient * unit * integer.Sign);
    }

    // ---- Lists and dicts ----

    private static IReadOnlyList<JinjaValue> Walk(JinjaEvaluator evaluator, JinjaValue value)
    {
        var items = JinjaOperators.Iterate(value, evaluator.Budget);
        evaluator.Budget.Step(items.Count);
        return items;
    }

    private static JinjaSequence Generator(IReadOnlyList<JinjaValue> items) => new(items, SequenceKind.Generator);

    private static JinjaValue Length(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return value switch
        {
            JinjaUndefined => 0,
            JinjaString text => text.Length,
            JinjaSequence { HasLength: true } sequence => sequence.Items.Count,
            JinjaMapping mapping => mapping.Entries.Count,
            _ => throw new JinjaException($"the length of {value.TypeName}", "a string, list or dict (a generator needs '| list' first)"),
        };
    }

    private static JinjaValue First(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        var first = value is JinjaSequence sequence ? sequence.TakeFirst() : Walk(evaluator, value) is [var item, ..] ? item : null;
        return first ?? new JinjaUndefined("the first item of an empty sequence");
    }

    private static JinjaValue Last(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        if (value is JinjaSequence { HasLength: false })
            throw new JinjaException("the last item of a generator", "a list ('| list' first)");
        return Walk(evaluator, value) is [.., var item] ? item : new JinjaUndefined("the last item of an empty sequence");
    }

    private static JinjaSequence List(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return new JinjaSequence(Walk(evaluator, value));
    }

    private static JinjaSequence Items(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return value switch
        {
            JinjaUndefined => Generator([]),
            JinjaMapping mapping => JinjaAttributes.Items(mapping, SequenceKind.Generator, evaluator.Budget),
            _ => throw new JinjaException($"the items of {value.TypeName}", "a dict"),
        };
    }

    private static JinjaValue Reverse(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        if (value is JinjaString text)
            return JinjaOperators.Slice(text, null, null, -1, evaluator.Budget);
        return Generator([.. Walk(evaluator, value).Reverse()]);
    }

    private static JinjaString Join(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("d", "attribute");
        var separator = bound[0] is null ? "" : PythonText.Str(bound[0]!, evaluator.Budget);
        var items = Walk(evaluator, value);
        if (bound[1] is { } attribute and not JinjaNone)
        {
            var get = Getter(evaluator, attribute);
            items = [.. items.Select(get)];
        }
        return new JinjaString(StringMethods.Join(items, separator, item => PythonText.Str(item, evaluator.Budget), evaluator.Budget));
    }

    private static JinjaValue Attribute(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var name = StringMethods.TextOf(arguments.Bind(1, "name")[0]!);
        return (value is JinjaMapping ? null : JinjaAttributes.GetAttribute(value, name)) ?? new JinjaUndefined($"attribute '{name}'");
    }

    /// <summary>Reads <c>a.b.0</c> from an item; null parts mean the item itself.</summary>
    private static Func<JinjaValue, JinjaValue> Getter(JinjaEvaluator evaluator, JinjaValue? attribute, JinjaValue? otherwise = null)
    {
        if (attribute is null or JinjaNone)
            return item => item;
        evaluator.Budget.Step(attribute.Weight);
        JinjaValue[] parts = attribute is JinjaString path
            ? [.. path.Text.Split('.').Select(part => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit) ? (JinjaValue)int.Parse(part) : part)]
            : [attribute];
        return item =>
        {
            foreach (var part in parts)
            {
                item = JinjaAttributes.GetItem(item, part, evaluator.Budget) ?? new JinjaUndefined($"attribute '{(attribute as JinjaString)?.Text}'");
                if (item is JinjaUndefined && otherwise is not null and not JinjaNone)
                    item = otherwise;
            }
            return item;
        };
    }

    /// <summary>Jinja compares strings without regard to case unless told otherwise.</summary>
    private static Func<JinjaValue, JinjaValue> KeyOf(JinjaEvaluator evaluator, JinjaValue? attribute, JinjaValue? caseSensitive, JinjaValue? otherwise = null)
    {
        var get = Getter(evaluator, attribute, otherwise);
        return caseSensitive?.IsTrue ?? false ? get : item => IgnoreCase(evaluator, get(item));
    }

    private static JinjaValue IgnoreCase(JinjaEvaluator evaluator, JinjaValue value)
    {
        if (value is not JinjaString text)
            return value;
        evaluator.Budget.Characters(text.Text.Length);
        return PythonText.Lower(text.Text);
    }

    private static JinjaSequence Map(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var items = value.IsTrue ? Walk(evaluator, value) : [];
        if (arguments.Positional.Count > 0)
        {
            var name = StringMethods.TextOf(arguments.Positional[0]);
            var rest = arguments.After(1, name);
            return Generator([.. items.Select(item => Apply(evaluator, name, item, rest))]);
        }
        var bound = arguments.Bind("attribute", "default");
        if (bound[0] is null)
            throw new JinjaException("map without arguments", "a filter's name or attribute='..'");
        var get = Getter(evaluator, bound[0], bound[1]);
        return Generator([.. items.Select(get)]);
    }

    private static JinjaSequence Select(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments, bool byAttribute, bool wanted)
    {
        var items = value.IsTrue ? Walk(evaluator, value) : [];
        if (byAttribute && arguments.Positional.Count == 0)
            throw new JinjaException($"{arguments.Callee} without arguments", "an attribute's name");
        var get = Getter(evaluator, byAttribute ? arguments.Positional[0] : null);
        var before = byAttribute ? 1 : 0;
        if (arguments.Positional.Count == before)
            return Generator([.. items.Where(item => get(item).IsTrue == wanted)]);
        var name = StringMethods.TextOf(arguments.Positional[before]);
        var rest = arguments.After(before + 1, name);
        return Generator([.. items.Where(item => JinjaTests.Apply(evaluator, name, get(item), rest) == wanted)]);
    }

    private static JinjaSequence Sort(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("reverse", "case_sensitive", "attribute");
        var attributes = bound[2] is JinjaString text ? text.Text.Split(',') : null;
        Func<JinjaValue, JinjaValue>[] keys = attributes is null
            ? [KeyOf(evaluator, bound[2], bound[1])]
            : [.. attributes.Select(attribute => KeyOf(evaluator, attribute, bound[1]))];
        return new JinjaSequence(JinjaOperators.Sort(
            Walk(evaluator, value), item => new JinjaSequence([.. keys.Select(key => key(item))]), bound[0]?.IsTrue ?? false, evaluator.Budget));
    }

    private static JinjaSequence DictSort(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("case_sensitive", "by", "reverse");
        if (value is not JinjaMapping mapping)
            throw new JinjaException($"dictsort of {value.TypeName}", "a dict");
        var by = bound[1] is null ? "key" : StringMethods.TextOf(bound[1]!);
        if (by is not ("key" or "value"))
            throw new JinjaException($"dictsort by '{by}'", "by key or value");
        var pairs = JinjaAttributes.Items(mapping, SequenceKind.List, evaluator.Budget).Items;
        var key = KeyOf(evaluator, by == "key" ? 0 : 1, bound[0]);
        return new JinjaSequence(JinjaOperators.Sort(pairs, key, bound[2]?.IsTrue ?? false, evaluator.Budget));
    }

    private static JinjaSequence Unique(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("case_sensitive", "attribute");
        var key = KeyOf(evaluator, bound[1], bound[0]);
        evaluator.Budget.Step(value.Weight);
        var items = Walk(evaluator, value);
        // The dict keeps the first of equal keys' places; which item had it is remembered beside it.
        var keys = items.Select(key).ToArray();
        var firsts = new JinjaMapping(keys.Select((k, i) => KeyValuePair.Create<JinjaValue, JinjaValue>(k, i)).Reverse());
        var places = firsts.Entries.Select(entry => ((JinjaInteger)entry.Value).Clamped).Order();
        return Generator([.. places.Select(place => items[place])]);
    }

    private static JinjaSequence GroupBy(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind(1, "attribute", "default", "case_sensitive");
        var key = KeyOf(evaluator, bound[0], bound[2], bound[1]);
        var shown = Getter(evaluator, bound[0], bound[1]);
        var groups = new List<(JinjaValue Key, List<JinjaValue> Items)>();
        foreach (var item in JinjaOperators.Sort(Walk(evaluator, value), key, reverse: false, evaluator.Budget))
        {
            var itemKey = key(item);
            if (groups.Count == 0 || !JinjaOperators.AreEqual(groups[^1].Key, itemKey, evaluator.Budget))
                groups.Add((itemKey, []));
            groups[^1].Items.Add(item);
        }
        return new JinjaSequence([.. groups.Select(group => new JinjaSequence([shown(group.Items[0]), new JinjaSequence(group.Items)], SequenceKind.Tuple))]);
    }

    private static JinjaValue Extreme(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments, bool largest)
    {
        var bound = arguments.Bind("case_sensitive", "attribute");
        var key = KeyOf(evaluator, bound[1], bound[0]);
        JinjaValue? best = null, bestKey = null;
        foreach (var item in Walk(evaluator, value))
        {
            var itemKey = key(item);
            if (bestKey is null || JinjaOperators.Compare(largest ? ">" : "<", itemKey, bestKey, evaluator.Budget))
                (best, bestKey) = (item, itemKey);
        }
        return best ?? new JinjaUndefined("the extreme of an empty sequence");
    }

    private static JinjaValue Sum(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("attribute", "start");
        var get = Getter(evaluator, bound[0]);
        var sum = bound[1] ?? 0;
        if (sum is JinjaString)
            throw new JinjaException("a sum of strings", "join");
        foreach (var item in Walk(evaluator, value))
            sum = JinjaOperators.Binary("+", sum, get(item), evaluator.Budget);
        return sum;
    }

    private static JinjaSequence Batch(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind(1, "linecount", "fill_with");
        var size = StringMethods.IntegerOf(bound[0]!);
        if (size < 1)
            throw new JinjaException($"batches of {size}", "at least 1");
        var batches = Walk(evaluator, value).Chunk(size).Select(chunk => chunk.ToList()).ToList();
        if (bound[1] is { } fill and not JinjaNone && batches.Count > 0)
        {
            evaluator.Budget.Step(size - batches[^1].Count);
            while (batches[^1].Count < size)
                batches[^1].Add(fill);
        }
        return Generator([.. batches.Select(batch => new JinjaSequence(batch))]);
    }

    private static JinjaSequence SliceInto(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind(1, "slices", "fill_with");
        var count = StringMethods.IntegerOf(bound[0]!);
        if (count < 1)
            throw new JinjaException($"{count} slices", "at least 1");
        evaluator.Budget.Step(count);
        var items = Walk(evaluator, value);
        var (size, longer) = Math.DivRem(items.Count, count);
        var slices = new List<JinjaValue>();
        for (int i = 0, start = 0; i < count; i++)
        {
            var length = size + (i < longer ? 1 : 0);
            var slice = items.Skip(start).Take(length).ToList();
            if (bound[1] is { } fill and not JinjaNone && i >= longer)
                slice.Add(fill);
            slices.Add(new JinjaSequence(slice));
            start += length;
        }
        return Generator(slices);
    }
}
