namespace Temoto.Jinja;

/// <summary>
/// <c>a.b</c> and <c>a[b]</c>. Methods that change a list or dict are not there, as in Jinja's immutable sandbox; a missing
/// attribute of anything but an undefined value is undefined, not an error.
/// </summary>
internal static class JinjaAttributes
{
    /// <summary><c>target.name</c>, null where there is none: a method wins over a key of the same name.</summary>
    public static JinjaValue? GetAttribute(JinjaValue target, string name) => FindBuiltIn(target, name) ?? (target as JinjaMapping)?.Find(name);

    /// <summary><c>target[key]</c>, null where there is none: a key wins over a method of the same name.</summary>
    public static JinjaValue? GetItem(JinjaValue target, JinjaValue key, JinjaBudget budget)
    {
        budget.Step(key.Weight);
        var found = target switch
        {
            JinjaUndefined missing => throw missing.Error(),
            JinjaMapping mapping => mapping.Find(key),
            JinjaSequence { HasIndex: true } sequence when JinjaOperators.AsInteger(key) is { } index => At(sequence.Items, index),
            JinjaString text when JinjaOperators.AsInteger(key) is { } index => CharacterAt(text, index, budget),
            _ => null,
        };
        return found ?? (key is JinjaString name ? FindBuiltIn(target, name.Text) : null);
    }

    private static JinjaValue? FindBuiltIn(JinjaValue target, string name) => target switch
    {
        JinjaUndefined missing => throw missing.Error(),
        JinjaString text => StringMethods.Find(text, name),
        JinjaMapping mapping => MappingMethod(mapping, name),
        JinjaSequence { Kind: SequenceKind.List or SequenceKind.Tuple } sequence => SequenceMethod(sequence, name),
        JinjaNamespace space => space.Find(name),
        JinjaLoop loop => loop.Find(name),
        JinjaMacro macro when name == "name" => macro.Name,
        _ => null,
    };

    private static JinjaValue? At(IReadOnlyList<JinjaValue> items, System.Numerics.BigInteger index)
    {
        var place = index.Sign < 0 ? index + items.Count : index;
        return place.Sign >= 0 && place < items.Count ? items[(int)place] : null;
    }

    private static JinjaString? CharacterAt(JinjaString text, System.Numerics.BigInteger index, JinjaBudget budget)
    {
        var count = text.Length;
        var place = index.Sign < 0 ? index + count : index;
        if (place.Sign < 0 || place >= count)
            return null;
        if (count == text.Text.Length)
            return text.With(text.Text[(int)place].ToString());
        budget.Step(count >> 2);
        var unit = PythonText.UnitsOf(text.Text, (int)place);
        return text.With(text.Text.Substring(unit, char.IsSurrogatePair(text.Text, unit) ? 2 : 1));
    }

    private static JinjaValue? MappingMethod(JinjaMapping mapping, string name)
    {
        switch (name)
        {
            case "items":
                return new JinjaFunction(name, (evaluator, arguments) =>
                {
                    arguments.Bind();
                    return Items(mapping, SequenceKind.DictItems, evaluator.Budget);
                });
            case "keys":
                return new JinjaFunction(name, (evaluator, arguments) =>
                {
                    arguments.Bind();
                    evaluator.Budget.Step(mapping.Entries.Count);
                    return new JinjaSequence([.. mapping.Entries.Select(entry => entry.Key)], SequenceKind.DictKeys);
                });
            case "values":
                return new JinjaFunction(name, (evaluator, arguments) =>
                {
                    arguments.Bind();
                    evaluator.Budget.Step(mapping.Entries.Count);
                    return new JinjaSequence([.. mapping.Entries.Select(entry => entry.Value)], SequenceKind.DictValues);
                });
            case "get":
                return new JinjaFunction(name, (evaluator, arguments) =>
                {
                    var bound = arguments.Bind(1, "key", "default");
                    evaluator.Budget.Step(bound[0]!.Weight);
                    return mapping.Find(bound[0]!) ?? bound[1] ?? JinjaNone.Value;
                });
            case "copy":
                return new JinjaFunction(name, (_, arguments) =>
                {
                    arguments.Bind();
                    return mapping;
                });
            case "clear" or "pop" or "popitem" or "setdefault" or "update" or "fromkeys":
                return new JinjaUndefined($"the method '{name}', which would change the dict");
            default:
                return null;
        }
    }

    /// <summary>Keys with their values, each pair a tuple.</summary>
    public static JinjaSequence Items(JinjaMapping mapping, SequenceKind kind, JinjaBudget budget)
    {
        budget.Step(3 * mapping.Entries.Count);
        return new JinjaSequence([.. mapping.Entries.Select(entry => (JinjaValue)new JinjaSequence([entry.Key, entry.Value], SequenceKind.Tuple))], kind);
    }

    private static JinjaValue? SequenceMethod(JinjaSequence sequence, string name)
    {
        switch (name)
        {
            case "index":
                return new JinjaFunction(name, (evaluator, arguments) =>
                {
                    var sought = arguments.Bind(1, "value")[0]!;
                    for (var i = 0; i < sequence.Items.Count; i++)
                    {
                        if (JinjaOperators.AreEqual(sequence.Items[i], sought, evaluator.Budget))
                            return i;
                    }
                    throw new JinjaException("an index() of a value that is not in the list", "a value that is");
                });
            case "count":
                return new JinjaFunction(name, (evaluator, arguments) =>
                {
                    var sought = arguments.Bind(1, "value")[0]!;
                    return sequence.Items.Count(item => JinjaOperators.AreEqual(item, sought, evaluator.Budget));
                });
            case "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" when sequence.Kind == SequenceKind.List:
                return new JinjaUndefined($"the method '{name}', which would change the list");
            case "copy" when sequence.Kind == SequenceKind.List:
                return new JinjaFunction(name, (_, arguments) =>
                {
                    arguments.Bind();
                    return sequence;
                });
            default:
                return null;
        }
    }
}
