namespace Temoto.Jinja.Filters;

/// <summary>Filters of lists, dicts and whatever else can be walked.</summary>
internal static class SequenceFilters
{
    private static IReadOnlyList<JinjaValue> Walk(JinjaEvaluator evaluator, JinjaValue value)
    {
        var items = JinjaOperators.Iterate(value, evaluator.Budget);
        evaluator.Budget.Step(items.Count);
        return items;
    }

    private static JinjaSequence Generator(IReadOnlyList<JinjaValue> items) => new(items, SequenceKind.Generator);

    public static JinjaValue Length(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
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

    public static JinjaValue First(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        var first = value is JinjaSequence sequence ? sequence.TakeFirst() : Walk(evaluator, value) is [var item, ..] ? item : null;
        return first ?? new JinjaUndefined("the first item of an empty sequence");
    }

    public static JinjaValue Last(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        if (value is JinjaSequence { HasLength: false })
            throw new JinjaException("the last item of a generator", "a list ('| list' first)");
        return Walk(evaluator, value) is [.., var item] ? item : new JinjaUndefined("the last item of an empty sequence");
    }

    public static JinjaSequence List(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return new JinjaSequence(Walk(evaluator, value));
    }

    public static JinjaSequence Items(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return value switch
        {
            JinjaUndefined => Generator([]),
            JinjaMapping mapping => JinjaAttributes.Items(mapping, SequenceKind.Generator, evaluator.Budget),
            _ => throw new JinjaException($"the items of {value.TypeName}", "a dict"),
        };
    }

    public static JinjaValue Reverse(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        if (value is JinjaString text)
            return JinjaOperators.Slice(text, null, null, -1, evaluator.Budget);
        return Generator([.. Walk(evaluator, value).Reverse()]);
    }

    public static JinjaString Join(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
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

    public static JinjaValue Attribute(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
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

    public static JinjaSequence Map(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var items = value.IsTrue ? Walk(evaluator, value) : [];
        if (arguments.Positional.Count > 0)
        {
            var name = StringMethods.TextOf(arguments.Positional[0]);
            var rest = arguments.After(1, name);
            return Generator([.. items.Select(item => JinjaFilters.Apply(evaluator, name, item, rest))]);
        }
        var bound = arguments.Bind("attribute", "default");
        if (bound[0] is null)
            throw new JinjaException("map without arguments", "a filter's name or attribute='..'");
        var get = Getter(evaluator, bound[0], bound[1]);
        return Generator([.. items.Select(get)]);
    }

    public static JinjaSequence Select(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments, bool byAttribute, bool wanted)
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

    public static JinjaSequence Sort(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("reverse", "case_sensitive", "attribute");
        var attributes = bound[2] is JinjaString text ? text.Text.Split(',') : null;
        Func<JinjaValue, JinjaValue>[] keys = attributes is null
            ? [KeyOf(evaluator, bound[2], bound[1])]
            : [.. attributes.Select(attribute => KeyOf(evaluator, attribute, bound[1]))];
        return new JinjaSequence(JinjaOperators.Sort(
            Walk(evaluator, value), item => new JinjaSequence([.. keys.Select(key => key(item))]), bound[0]?.IsTrue ?? false, evaluator.Budget));
    }

    public static JinjaSequence DictSort(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
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

    public static JinjaSequence Unique(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
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

    public static JinjaSequence GroupBy(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
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

    public static JinjaValue Extreme(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments, bool largest)
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

    public static JinjaValue Sum(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
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

    public static JinjaSequence Batch(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
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

    public static JinjaSequence SliceInto(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
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
