using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Temoto.Grammars.Json;

/// <summary>Reads claims into branches: what is a choice makes several of one, and those that no value can follow are dropped.</summary>
internal sealed class BranchReader
{
    /// <summary>Of a goal; a schema that needs more is refused.</summary>
    private const int MostBranches = 1 << 11, MostSteps = 1 << 16;

    private readonly GoalTable goals;
    private readonly HeldKeywords held;
    private readonly BrokenKeywords broken;

    public BranchReader(GoalTable goals)
    {
        this.goals = goals;
        var scalars = new ScalarKeywords(goals);
        held = new HeldKeywords(goals, scalars);
        broken = new BrokenKeywords(goals, scalars);
    }

    public IReadOnlyList<Branch> Expand(IReadOnlyList<Claim> claims, ValueKinds kinds = ValueKinds.All) => Expand(new Branch { Text = goals.Table.Anything, Kinds = kinds }.With(claims));

    /// <summary>Choices made so far, if they are not too many.</summary>
    public static List<Branch> Bounded(IEnumerable<Branch> branches, GoalTable goals, SchemaNode node)
    {
        var list = branches.Take(MostBranches + 1).ToList();
        goals.Table.Spend(8 * list.Count);
        return list.Count <= MostBranches ? list : throw node.Refused($"more than {MostBranches} ways to be of it", "");
    }

    private List<Branch> Expand(Branch start)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var (done, open, steps) = (new List<Branch>(), new Stack<Branch>(), 0);
        open.Push(start);
        while (open.TryPop(out var branch))
        {
            if (++steps > MostSteps || done.Count > MostBranches)
                throw new GrammarException("schema", $"more than {MostBranches} ways to be of {start.Pending.Peek().Node.Pointer}", "fewer", "use fewer of allOf, anyOf, oneOf, not and if together");
            goals.Table.Spend(8);
            if (branch.Kinds == ValueKinds.None)
                continue;
            if (!branch.Pending.IsEmpty)
                Read(branch, open);
            else if (branch.Others.IsEmpty)
                done.Add(branch);
            else
                Exclude(branch, open);
        }
        done.RemoveAll(branch => !goals.HasValue(branch, inDoubt: true));
        return done;
    }

    private void Read(Branch branch, Stack<Branch> open)
    {
        branch = branch with { Pending = branch.Pending.Dequeue(out var claim) };
        if (branch.Read.Contains(claim with { Holds = !claim.Holds }))
            return;
        if (branch.Read.Contains(claim))
        {
            open.Push(branch);
            return;
        }
        branch = branch with { Read = branch.Read.Add(claim) };
        if (claim.Node.Element.ValueKind != JsonValueKind.Object)
        {
            if (claim.Node.IsTrue == claim.Holds)
                open.Push(branch);
            return;
        }
        // The last is read first: the order of what is written stays that of the schema.
        var choices = claim.Holds ? held.Read(branch, claim.Node) : broken.Read(branch, claim.Node);
        foreach (var choice in Enumerable.Reverse(Bounded(choices, goals, claim.Node)))
            open.Push(choice);
    }

    /// <summary>An alternative that a value cannot be of anyway needs no exclusion.</summary>
    private void Exclude(Branch branch, Stack<Branch> open)
    {
        branch = branch with { Others = branch.Others.Dequeue(out var other) };
        var together = Expand((branch with { Others = [] }).With(other));
        open.Push(together.Count == 0 ? branch : branch.With(other with { Holds = !other.Holds }));
    }
}
