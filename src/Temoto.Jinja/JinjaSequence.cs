namespace Temoto.Jinja;

/// <summary>Which of Python's sequences; they print and compare differently and only some have a length or can be indexed.</summary>
internal enum SequenceKind
{
    List,
    Tuple,
    Range,
    DictKeys,
    DictValues,
    DictItems,

    /// <summary>What <c>map</c>, <c>select</c> and their like yield: can be walked through once.</summary>
    Generator,
}

internal sealed class JinjaSequence : JinjaValue
{
    private int taken;

    public JinjaSequence(IReadOnlyList<JinjaValue> items, SequenceKind kind = SequenceKind.List)
    {
        Items = items;
        Kind = kind;
        var weight = 1L;
        foreach (var item in items)
        {
            weight += item.Weight;
            Depth = Math.Max(Depth, item.Depth + 1);
        }
        if (Depth > MaxDepth || weight > MaxWeight)
            throw new JinjaException("a list nested too deeply or shared too often", $"at most {MaxDepth} levels");
        Weight = weight;
    }

    /// <summary>Guards the sum against overflow; anything near it is refused by the budget as soon as it is read.</summary>
    public const long MaxWeight = 1L << 48;

    public IReadOnlyList<JinjaValue> Items { get; }

    public SequenceKind Kind { get; }

    internal override int Depth { get; }

    internal override long Weight { get; }

    public override bool IsTrue => Kind == SequenceKind.Generator || Items.Count > 0;

    public bool HasLength => Kind != SequenceKind.Generator;

    public bool HasIndex => Kind is SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range;

    public override string TypeName => Kind switch
    {
        SequenceKind.List => "list",
        SequenceKind.Tuple => "tuple",
        SequenceKind.Range => "range",
        SequenceKind.DictKeys => "dict_keys",
        SequenceKind.DictValues => "dict_values",
        SequenceKind.DictItems => "dict_items",
        _ => "generator",
    };

    /// <summary>Everything that an iteration yields; a generator yields each item once.</summary>
    public IReadOnlyList<JinjaValue> Take()
    {
        if (Kind != SequenceKind.Generator)
            return Items;
        var rest = taken == 0 ? Items : [.. Items.Skip(taken)];
        taken = Items.Count;
        return rest;
    }

    /// <summary>The next item alone, as Python's next(iter(x)); null at the end.</summary>
    public JinjaValue? TakeFirst()
    {
        if (Kind != SequenceKind.Generator)
            return Items.Count > 0 ? Items[0] : null;
        return taken < Items.Count ? Items[taken++] : null;
    }
}
