namespace Temoto.Grammars.Json;

/// <summary>The arrays of a branch.</summary>
internal sealed class ArrayShape
{
    /// <summary>Items of a kind that are counted at the same time.</summary>
    private const int MostContains = 3;

    private readonly IReadOnlyList<ArrayPart> parts;
    private readonly Dictionary<ArrayState, ArrayNode> nodes = [];
    private readonly Dictionary<ArrayState, bool> ends = [];
    private readonly bool inDoubt;

    private ArrayShape(Branch branch, GoalTable goals, bool inDoubt)
    {
        Goals = goals;
        this.inDoubt = inDoubt;
        parts = branch.Arrays;
        Contains = [.. parts.Select(part => part.Contains).OfType<ContainsPart>().Where(part => part.Least > 0 || part.Most < int.MaxValue).Distinct()];
        Least = parts.Select(part => part.Least).DefaultIfEmpty(0).Max();
        Most = parts.Select(part => part.Most).DefaultIfEmpty(int.MaxValue).Min();
        Firsts = Math.Max(parts.Select(part => part.First.Count).DefaultIfEmpty(0).Max(), Contains.Select(part => part.From).DefaultIfEmpty(0).Max());
    }

    public GoalTable Goals { get; }

    public IReadOnlyList<ContainsPart> Contains { get; }

    public int Least { get; }

    public int Most { get; private set; }

    /// <summary>Items behind so many are all alike.</summary>
    public int Firsts { get; }

    /// <summary>The arrays of a branch; null where there is none.</summary>
    public static ArrayShape? Of(Branch branch, GoalTable goals, bool inDoubt)
    {
        var shape = new ArrayShape(branch, goals, inDoubt);
        if (shape.Least == 0 && shape.Contains.Count == 0)
            return shape;
        if (shape.Contains.Count > MostContains || shape.Contains.Any(contains => contains.Least > ArrayState.MostCount))
            throw new GrammarException("schema", $"an array with more than {MostContains} contains, or with large counts of them", "fewer", "use fewer of contains and of not over items");
        shape.Limit();
        return shape.Least <= shape.Most && shape.CanEndFrom(ArrayState.First(shape.Contains.Count)) ? shape : null;
    }

    /// <summary>For writing: refuses what cannot be decided.</summary>
    public ArrayShape Writable()
    {
        Limit();
        var unique = parts.Select(part => part.Unique).FirstOrDefault(node => node is not null);
        if (unique is not null && Most > 1)
            throw unique.Refused("uniqueItems", "");
        return this;
    }

    /// <summary>What its items are to reach.</summary>
    public IEnumerable<Goal> Parts => Enumerable.Range(0, Math.Min(Most, Firsts + 1)).SelectMany(ItemsAt);

    public ArrayNode NodeAt(ArrayState state)
    {
        if (!nodes.TryGetValue(state, out var node))
            nodes.Add(state, node = new ArrayNode(this, state));
        return node;
    }

    /// <summary>The item at a place that is of those contains that are chosen, a bit for each, and not of those that are counted and not chosen.</summary>
    public Goal ItemAt(int index, int chosen)
    {
        var claims = parts.Select(part => part.ClaimOn(index)).OfType<Claim>();
        for (var i = 0; i < Contains.Count; i++)
        {
            var (claim, _, most, from) = Contains[i];
            if ((chosen >> i & 1) != 0)
                claims = claims.Append(claim);
            else if (most < int.MaxValue && index >= from)
                claims = claims.Append(claim with { Holds = !claim.Holds });
        }
        return Goals.Of(claims);
    }

    /// <summary>What may come next: the goal of an item, and where the array is behind it.</summary>
    public IEnumerable<(Goal Goal, ArrayState Next)> ItemsFrom(ArrayState state)
    {
        if (state.Index >= Most)
            yield break;
        for (var chosen = 0; chosen < 1 << Contains.Count; chosen++)
        {
            if (Next(state, chosen) is { } next && CanEndFrom(next) && ItemAt(state.Index, chosen) is var goal && Goals.HasValue(goal, inDoubt))
                yield return (goal, next);
        }
    }

    public bool CanEndAt(ArrayState state) => state.Index >= Least && Contains.Select((contains, i) => state.CountOf(i) >= contains.Least).All(met => met);

    private ArrayState? Next(ArrayState state, int chosen)
    {
        // Places are told apart only as far as something depends on them.
        var last = Most < int.MaxValue ? Most : Math.Max(Firsts, Least);
        var next = state with { IsFirst = false, Index = Math.Min(state.Index + 1, last) };
        for (var i = 0; i < Contains.Count; i++)
        {
            if ((chosen >> i & 1) == 0)
                continue;
            var (_, least, most, from) = Contains[i];
            var count = state.CountOf(i) + 1;
            if (state.Index < from || count > most)
                return null;
            next = next.WithCount(i, most < int.MaxValue ? count : Math.Min(count, least));
        }
        return next;
    }

    /// <summary>Whether the array can be brought to an end: looked for once for each state, since items may count for several contains, or for none that they must not be of.</summary>
    private bool CanEndFrom(ArrayState start)
    {
        if (Contains.Count == 0)
            return Least <= Most;
        var (before, open) = (new Dictionary<ArrayState, ArrayState?> { [start] = null }, new Stack<ArrayState>([start]));
        while (open.TryPop(out var state))
        {
            Goals.Table.Spend(8);
            var isKnown = ends.TryGetValue(state, out var can);
            if (isKnown ? can : CanEndAt(state))
            {
                for (ArrayState? on = state; on is { } here; on = before[here])
                    ends[here] = true;
                return true;
            }
            if (isKnown || state.Index >= Most)
                continue;
            // The items that count for most are tried first.
            for (var chosen = 0; chosen < 1 << Contains.Count; chosen++)
            {
                if (Next(state, chosen) is { } next && !before.ContainsKey(next) && Goals.HasValue(ItemAt(state.Index, chosen), inDoubt))
                {
                    before[next] = state;
                    open.Push(next);
                }
            }
        }
        foreach (var state in before.Keys)
            ends[state] = false;
        return false;
    }

    /// <summary>Ends before the first place that nothing can stand at.</summary>
    private void Limit()
    {
        for (var index = 0; index <= Firsts && index < Most; index++)
        {
            if (!HasItem(index))
                Most = index;
        }
    }

    private bool HasItem(int index) => ItemsAt(index).Any();

    /// <summary>The items that there are at a place.</summary>
    private IEnumerable<Goal> ItemsAt(int index) => Enumerable.Range(0, 1 << Contains.Count).Select(chosen => ItemAt(index, chosen)).Where(item => Goals.HasValue(item, inDoubt));
}
