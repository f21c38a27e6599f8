using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>
/// What the runs of a phase move and do on a board: a token at some position, or a prompt in as many runs as the board takes. The same at every bandwidth and every rate of its units, so
/// that a sweep prices one account many times.
/// </summary>
internal sealed class PhaseAccount
{
    /// <summary>Runs that are walked one by one; of more, the first and the last full one are, and what lies between is interpolated: bytes and operations grow evenly with the position.</summary>
    private const int MostWalkedRuns = 6;

    private readonly Plan plan;
    /// <summary>Of each run the steps that differ, and how often each is carried out.</summary>
    private readonly List<(RunShape Run, List<StepAccount> Accounts, List<int> Times)> runs = [];

    private PhaseAccount(Plan plan)
    {
        this.plan = plan;
    }

    public Phase Phase => plan.Phase;

    /// <summary>Tokens computed in all runs.</summary>
    public int Tokens { get; private init; }

    /// <summary>Positions in the cache before the first run.</summary>
    public int Position { get; private init; }

    /// <summary>The plan whose runs these are.</summary>
    public Plan Plan => plan;

    /// <summary>A prompt of <paramref name="tokens"/>; only its last token has logits.</summary>
    /// <param name="withLogits">The last run goes to the end; otherwise it ends where rows of logits would be selected.</param>
    public static PhaseAccount Prefill(Plan plan, Board board, int tokens, bool withLogits = true)
    {
        var account = new PhaseAccount(plan) { Tokens = tokens };
        var full = (tokens - 1) / plan.MaxTokens;
        if (full <= MostWalkedRuns)
        {
            for (var run = 0; run < full; run++)
                account.Add(board, plan.MaxTokens, run * plan.MaxTokens, 0);
        }
        else
        {
            account.Between(board, full);
        }
        account.Add(board, tokens - full * plan.MaxTokens, full * plan.MaxTokens, withLogits ? 1 : 0);
        return account;
    }

    /// <summary>One token with <paramref name="position"/> in the cache.</summary>
    /// <param name="withLogits">The run goes to the end; otherwise it ends where rows of logits would be selected.</param>
    public static PhaseAccount Decode(Plan plan, Board board, int position, bool withLogits = true)
    {
        var account = new PhaseAccount(plan) { Tokens = 1, Position = position };
        account.Add(board, 1, position, withLogits ? 1 : 0);
        return account;
    }

    /// <summary>Operations in the order in which they first occur, with their prices on a board with the same on-chip memory.</summary>
    public IReadOnlyList<SimulatedOperation> Price(Board board)
    {
        var operations = new List<SimulatedOperation>();
        var places = new Dictionary<(string, StepKind, string), int>();
        foreach (var (run, accounts, times) in runs)
        {
            foreach (var (price, count) in PlanPrice.Of(accounts, plan, board, run).Zip(times))
            {
                var own = SimulatedOperation.Of(price, board) * count;
                var key = (own.Name, own.Kind, own.Device);
                if (places.TryGetValue(key, out var place))
                {
                    operations[place] += own;
                    continue;
                }
                places.Add(key, operations.Count);
                operations.Add(own);
            }
        }
        return operations;
    }

    private void Add(Board board, int tokens, int position, int logitRows)
    {
        var run = new RunShape(tokens, logitRows, [position]);
        Add(run, PlanPrice.Account(plan, board, run));
    }

    private void Add(RunShape run, IEnumerable<StepAccount> all)
    {
        var (accounts, times) = (new List<StepAccount>(), new List<int>());
        // Layers of a section that move the same cost the same.
        var known = new Dictionary<(Step, Traffic), int>(new SameStep());
        foreach (var account in all)
        {
            if (known.TryGetValue((account.Step.Step, account.Traffic), out var place))
            {
                times[place]++;
                continue;
            }
            known.Add((account.Step.Step, account.Traffic), accounts.Count);
            accounts.Add(account);
            times.Add(1);
        }
        runs.Add((run, accounts, times));
    }

    private void Between(Board board, int full)
    {
        var (first, last) = (Account(board, 0), Account(board, full - 1));
        for (var run = 0; run < full; run++)
        {
            var share = run / (full - 1.0);
            Add(Shape(run), first.Zip(last, (a, b) => StepAccount.Between(a, b, share)));
        }
    }

    private IReadOnlyList<StepAccount> Account(Board board, int run) => PlanPrice.Account(plan, board, Shape(run));

    private RunShape Shape(int run) => new(plan.MaxTokens, 0, [run * plan.MaxTokens]);

    /// <summary>A section's steps are compared as what they are: the same object.</summary>
    private sealed class SameStep : IEqualityComparer<(Step Step, Traffic Traffic)>
    {
        public bool Equals((Step Step, Traffic Traffic) a, (Step Step, Traffic Traffic) b) => ReferenceEquals(a.Step, b.Step) && a.Traffic == b.Traffic;

        public int GetHashCode((Step Step, Traffic Traffic) item) => HashCode.Combine(item.Step.Name, item.Traffic);
    }
}
