namespace Temoto.Jinja;

/// <summary>The variable <c>loop</c>; calling it walks deeper (<c>{% for .. recursive %}</c>).</summary>
internal sealed class JinjaLoop(IReadOnlyList<JinjaValue> items, int depth, Func<JinjaValue, int, JinjaValue>? recurse) : JinjaCallable("loop")
{
    private JinjaValue? lastSeen;

    public int Index { get; set; }

    public override string TypeName => "LoopContext";

    /// <summary>An attribute of the loop, or null.</summary>
    public JinjaValue? Find(string name) => name switch
    {
        "index" => Index + 1,
        "index0" => Index,
        "revindex" => items.Count - Index,
        "revindex0" => items.Count - Index - 1,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => items.Count,
        "depth" => depth + 1,
        "depth0" => depth,
        "previtem" => Index > 0 ? items[Index - 1] : new JinjaUndefined("loop.previtem of the first item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new JinjaUndefined("loop.nextitem of the last item"),
        "cycle" => new JinjaFunction("loop.cycle", Cycle),
        "changed" => new JinjaFunction("loop.changed", Changed),
        _ => null,
    };

    public override JinjaValue Call(JinjaEvaluator evaluator, JinjaArguments arguments)
    {
        if (recurse is null)
            throw new JinjaException("a call of 'loop' in a loop that is not recursive", "{% for .. recursive %}");
        return recurse(arguments.Bind(1, "iterable")[0]!, depth + 1);
    }

    private JinjaValue Cycle(JinjaEvaluator evaluator, JinjaArguments arguments)
    {
        if (arguments.Positional.Count == 0)
            throw new JinjaException("loop.cycle without items", "at least one item");
        return arguments.Positional[Index % arguments.Positional.Count];
    }

    private JinjaValue Changed(JinjaEvaluator evaluator, JinjaArguments arguments)
    {
        var seen = new JinjaSequence(arguments.Positional, SequenceKind.Tuple);
        var changed = lastSeen is null || !JinjaOperators.AreEqual(lastSeen, seen, evaluator.Budget);
        lastSeen = seen;
        return changed;
    }
}
