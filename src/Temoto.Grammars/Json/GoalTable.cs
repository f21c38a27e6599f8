using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Json;

/// <summary>The goals of a document, each but once, and whether any value reaches them.</summary>
internal sealed class GoalTable
{
    /// <summary>Of a document; a schema that needs more is refused.</summary>
    private const int MostGoals = 1 << 15;

    private readonly Dictionary<string, Goal> goals = [];
    private readonly Dictionary<(Language, string), bool> matches = [];
    private readonly BranchReader reader;

    /// <summary>Somebody asked for a goal that is being looked at: what was found out rests on an assumption.</summary>
    private bool assumed;

    /// <summary>Of <see cref="HasValue(Goal, bool)"/>, which goes round until nothing new is found.</summary>
    private bool isLooking;
    private int round;
    private bool hasProgressed;

    public GoalTable(SchemaDocument document, LanguageTable table, JsonStyle style)
    {
        Document = document;
        Table = table;
        Style = style;
        reader = new BranchReader(this);
    }

    public SchemaDocument Document { get; }

    public LanguageTable Table { get; }

    public JsonStyle Style { get; }

    public Goal Of(IEnumerable<Claim> claims)
    {
        var all = new SortedSet<Claim>(Comparer<Claim>.Create((left, right) => (left.Node.Number, left.Holds).CompareTo((right.Node.Number, right.Holds))));
        foreach (var claim in claims)
        {
            if (!claim.Holds || !claim.Node.IsTrue)
                all.Add(claim);
        }
        var key = new StringBuilder();
        foreach (var claim in all)
            key.Append(CultureInfo.InvariantCulture, $"{claim.Node.Number}{(claim.Holds ? '+' : '-')}");
        var name = key.ToString();
        if (goals.TryGetValue(name, out var goal))
            return goal;
        if (goals.Count >= MostGoals)
            throw new GrammarException("schema", $"more than {MostGoals} combinations of its parts", "fewer", "use fewer of allOf, oneOf, not and if together");
        goals.Add(name, goal = new Goal([.. all]));
        return goal;
    }

    public bool Matches(Language names, string name)
    {
        if (matches.TryGetValue((names, name), out var known))
            return known;
        var rest = names;
        foreach (var rune in name.EnumerateRunes())
            rest = rest.After(rune.Value, Table);
        return matches[(names, name)] = rest.IsNullable;
    }

    /// <summary>The ways in which a string is of a claim.</summary>
    public IReadOnlyList<Branch> TextsOf(Claim claim) => reader.Expand([claim], ValueKinds.Text);

    public IReadOnlyList<Branch> BranchesOf(Goal goal)
    {
        if (goal.Branches is not null)
            return goal.Branches;
        var wasOpen = goal.IsOpen;
        goal.IsOpen = true;
        try
        {
            return goal.Branches = reader.Expand(goal.Claims);
        }
        finally
        {
            goal.IsOpen = wasOpen;
        }
    }

    /// <summary>Whether a value that reaches a goal can be written.</summary>
    public bool HasValue(Goal goal) => HasValue(goal, inDoubt: false);

    /// <param name="inDoubt">
    /// What is taken where it is not known, of a goal that is being looked at, and of counts that are kept no closer than is needed to write: false finds out whether a value can be written down to its end, true
    /// whether there is none for certain.
    /// </param>
    public bool HasValue(Goal goal, bool inDoubt)
    {
        if ((inDoubt ? goal.MayExist : goal.CanBeWritten) is { } known)
            return known;
        if (inDoubt || isLooking)
            return Look(goal, inDoubt);
        isLooking = true;
        try
        {
            // The least fixed point: what was found without a value is looked at again as long as others are found to have one.
            do
            {
                (round, hasProgressed) = (round + 1, false);
            }
            while (!Look(goal, inDoubt: false) && hasProgressed);
            goal.CanBeWritten ??= false;
            return goal.CanBeWritten.Value;
        }
        finally
        {
            isLooking = false;
        }
    }

    private bool Look(Goal goal, bool inDoubt)
    {
        if ((inDoubt ? goal.MayExist : goal.CanBeWritten) is { } known)
            return known;
        if (goal.IsOpen || (!inDoubt && goal.WithoutValueIn == round))
        {
            assumed = true;
            return inDoubt;
        }
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Table.Spend(8);
        var outer = assumed;
        assumed = false;
        var branches = BranchesOf(goal);
        goal.IsOpen = true;
        try
        {
            var has = branches.Any(branch => HasValue(branch, inDoubt));
            if (has != inDoubt)
            {
                (goal.CanBeWritten, goal.MayExist) = (has, has);
                hasProgressed |= has;
            }
            else if (inDoubt)
                goal.MayExist = has;
            else if (assumed)
                goal.WithoutValueIn = round;
            else
                goal.CanBeWritten = has;
            return has;
        }
        finally
        {
            goal.IsOpen = false;
            assumed |= outer;
        }
    }

    /// <summary>Whether a value is as a branch wants it.</summary>
    public bool HasValue(Branch branch, bool inDoubt)
    {
        var kinds = branch.Kinds;
        if ((kinds & (ValueKinds.Null | ValueKinds.Boolean)) != 0)
            return true;
        if ((kinds & ValueKinds.Text) != 0 && Table.HasText(branch.Text))
            return true;
        if ((kinds & ValueKinds.Number) != 0 && (branch.Number is null || Table.HasText(branch.Number)))
            return true;
        return ((kinds & ValueKinds.Array) != 0 && ArrayShape.Of(branch, this, inDoubt) is not null)
            || ((kinds & ValueKinds.Object) != 0 && ObjectShape.MayBe(branch, this, inDoubt));
    }
}
