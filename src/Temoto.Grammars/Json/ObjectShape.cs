using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Json;

/// <summary>The objects of a branch: members by name in the order in which they are written, and others by what their names are of.</summary>
internal sealed class ObjectShape
{
    /// <summary>A member that has a name in the schema.</summary>
    /// <param name="Presents">The presences that it is one of, a bit for each.</param>
    public sealed record NamedMember(string Name, Goal Goal, bool IsRequired, int Presents);

    /// <summary>Members whose names are in a language that no other member's is in.</summary>
    public sealed record OtherMembers(Language Names, Goal Goal, int Presents);

    /// <summary>Presences (of any member whose name is in a language) that one object may want.</summary>
    private const int MostPresences = 16;

    private readonly Dictionary<ObjectState, ObjectNode> nodes = [];

    private ObjectShape(GoalTable goals)
    {
        Goals = goals;
    }

    public GoalTable Goals { get; }

    public required IReadOnlyList<NamedMember> Named { get; init; }

    public required IReadOnlyList<OtherMembers> Others { get; init; }

    /// <summary>The presences that are wanted, a bit for each.</summary>
    public int Presences { get; init; }

    /// <summary>Members at least; 0 where the required ones are enough.</summary>
    public int Least { get; init; }

    public int Most { get; init; }

    /// <summary>Named members come in the schema's order; in other styles, in any.</summary>
    public bool IsInOrder => Goals.Style == JsonStyle.Compact;

    /// <summary>Members are counted only where it matters.</summary>
    public bool Counts => Least > 0 || Most < int.MaxValue;

    /// <summary>What its members are to reach.</summary>
    public IEnumerable<Goal> Parts => Named.Select(member => member.Goal).Concat(Others.Select(others => others.Goal));

    /// <summary>For writing: refuses what cannot be decided.</summary>
    public ObjectShape Writable() => Least > 1 && Others.Count > 0
        ? throw Goals.Document.Root.Refused("minProperties", "above 1 of members of any name, of which the same may come twice")
        : this;

    public ObjectNode NodeAt(ObjectState state)
    {
        if (!nodes.TryGetValue(state, out var node))
            nodes.Add(state, node = new ObjectNode(this, state));
        return node;
    }

    /// <summary>The objects of a branch; null where there is none.</summary>
    /// <param name="inDoubt">See <see cref="GoalTable.HasValue(Goal, bool)"/>.</param>
    public static ObjectShape? Of(Branch branch, GoalTable goals, bool inDoubt)
    {
        var parts = branch.Objects;
        var absent = parts.SelectMany(part => part.Absent).ToHashSet();
        var required = parts.SelectMany(part => part.Required).ToHashSet();
        var presences = parts.Select(part => part.Present).OfType<Language>().Distinct().ToArray();
        if (presences.Length > MostPresences)
            throw new GrammarException("schema", $"an object that wants more than {MostPresences} presences", "fewer", "use fewer of not");
        var names = parts.SelectMany(part => part.Properties.Select(property => property.Name)).Concat(parts.SelectMany(part => part.Required)).Concat(absent).Distinct().ToArray();
        var named = new List<NamedMember>();
        foreach (var name in names)
        {
            var goal = goals.Of(parts.SelectMany(part => part.ClaimsOn(name, goals.Matches)));
            var isAllowed = !absent.Contains(name) && parts.All(part => part.Names is null || goals.Matches(part.Names, name)) && goals.HasValue(goal, inDoubt);
            if (isAllowed)
                named.Add(new NamedMember(name, goal, required.Contains(name), PresentsOf(name)));
            else if (required.Contains(name))
                return null;
        }
        var shape = new ObjectShape(goals)
        {
            Named = named,
            Others = OthersOf(parts, names, presences, goals, inDoubt),
            Presences = (1 << presences.Length) - 1,
            Least = parts.Select(part => part.Least).DefaultIfEmpty(0).Max() is var least && least > required.Count ? least : 0,
            Most = parts.Select(part => part.Most).DefaultIfEmpty(int.MaxValue).Min(),
        };
        return (inDoubt ? shape.MayEnd() : shape.CanEndFrom(ObjectState.First)) ? shape : null;

        int PresentsOf(string name) => presences.Select((language, i) => goals.Matches(language, name) ? 1 << i : 0).Sum();
    }

    /// <summary>Whether a branch has an object at all, without a look at members that need not be there.</summary>
    public static bool MayBe(Branch branch, GoalTable goals, bool inDoubt)
    {
        var parts = branch.Objects;
        if (parts.Any(part => part.Least > 0 || part.Most < int.MaxValue || part.Present is not null || part.Names is not null))
            return Of(branch, goals, inDoubt) is not null;
        var absent = parts.SelectMany(part => part.Absent).ToHashSet();
        return parts.SelectMany(part => part.Required).Distinct().All(name => !absent.Contains(name) && goals.HasValue(goals.Of(parts.SelectMany(part => part.ClaimsOn(name, goals.Matches))), inDoubt));
    }

    /// <summary>Whether there may be such an object: false where there is none for certain.</summary>
    private bool MayEnd()
    {
        var wanted = Named.Count(member => member.IsRequired);
        var reachable = Named.Select(member => member.Presents).Concat(Others.Select(others => others.Presents)).Aggregate(0, (bits, presents) => bits | presents);
        return reachable == Presences && wanted <= Most && (Least == 0 || Others.Count > 0 || Named.Count >= Least) && (Presences == 0 || Most > 0) && Least <= Most;
    }

    /// <summary>The fewest members that have all of some presences; as many as there are presences where that takes long to find.</summary>
    private static int FewestFor(int missing, IEnumerable<int> presents)
    {
        const int mostExact = 8;
        if (missing == 0 || System.Numerics.BitOperations.PopCount((uint)missing) > mostExact)
            return System.Numerics.BitOperations.PopCount((uint)missing);
        var (kinds, reached) = (presents.Select(bits => bits & missing).Where(bits => bits != 0).Distinct().ToArray(), new HashSet<int> { 0 });
        for (var members = 1; members <= mostExact; members++)
        {
            reached = [.. reached.SelectMany(have => kinds.Select(bits => have | bits))];
            if (reached.Contains(missing))
                return members;
        }
        return mostExact;
    }

    /// <summary>Whether an object that has come so far can be brought to an end.</summary>
    public bool CanEndFrom(ObjectState state)
    {
        if (!Counts && Presences == 0)
            return true;
        var (left, wanted) = (Named.Where((_, i) => !state.IsDone(i)).ToArray(), 0);
        var (reachable, possible) = (state.Presents, state.Count);
        foreach (var member in left)
        {
            wanted += member.IsRequired ? 1 : 0;
            reachable |= member.Presents;
            possible++;
        }
        foreach (var others in Others)
            reachable |= others.Presents;
        // The same name twice is one member, so of others one is counted on; where more would have to be, the shape is refused.
        possible += Others.Count == 0 ? 0 : Least > 1 ? Least : state.HasOther ? 0 : 1;
        if (reachable != Presences || (Least > 0 && possible < Least))
            return false;
        var missing = Presences & ~(state.Presents | left.Where(member => member.IsRequired).Aggregate(0, (bits, member) => bits | member.Presents));
        var kinds = left.Select(member => member.Presents).Concat(Others.Select(others => others.Presents));
        return Most == int.MaxValue || state.Count + wanted + FewestFor(missing, kinds) <= Most;
    }

    /// <summary>The names that the schema does not write down, divided by what is said of their members.</summary>
    private static List<OtherMembers> OthersOf(IReadOnlyList<ObjectPart> parts, IReadOnlyList<string> names, Language[] presences, GoalTable goals, bool inDoubt)
    {
        var table = goals.Table;
        var all = table.Complement(table.Union([.. names.Select(table.CodePoints)]));
        foreach (var part in parts)
        {
            if (part.Names is not null)
                all = table.Intersection(all, part.Names);
        }
        List<(Language Names, IReadOnlyList<Claim> Claims, int Presents)> groups = [(all, [], 0)];
        foreach (var part in parts)
            groups = [.. groups.SelectMany(group => Divided(group, part, table))];
        for (var i = 0; i < presences.Length; i++)
            groups = [.. groups.SelectMany(group => new[] { group with { Names = table.Intersection(group.Names, presences[i]), Presents = group.Presents | 1 << i }, group with { Names = table.Except(group.Names, presences[i]) } })];
        var others = new List<OtherMembers>();
        foreach (var (language, claims, presents) in groups)
        {
            if (!table.HasText(language))
                continue;
            var goal = goals.Of(claims);
            if (goals.HasValue(goal, inDoubt))
                others.Add(new OtherMembers(language, goal, presents));
        }
        return others;
    }

    private static IEnumerable<(Language Names, IReadOnlyList<Claim> Claims, int Presents)> Divided((Language Names, IReadOnlyList<Claim> Claims, int Presents) group, ObjectPart part, LanguageTable table)
    {
        List<(Language Names, IReadOnlyList<Claim> Claims, bool IsNamed)> divided = [(group.Names, group.Claims, false)];
        foreach (var (pattern, claim) in part.Patterns)
        {
            divided =
            [
                .. divided.SelectMany(one => new[] { (table.Intersection(one.Names, pattern), [.. one.Claims, claim], true), (table.Except(one.Names, pattern), one.Claims, one.IsNamed) })
                    .Where(one => one.Item1 != table.Nothing),
            ];
        }
        // A part that names members says something of the others only if it says so.
        return divided.Select(one => (one.Names, one.IsNamed || part.Additional is not { } additional ? one.Claims : [.. one.Claims, additional], group.Presents));
    }
}
