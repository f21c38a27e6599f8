namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>
/// With which code points a program can begin that goes on at an instruction, so that what cannot match is not tried. Conditions that take nothing are passed over: the answer may be too
/// many, never too few.
/// </summary>
internal sealed class FirstPoints(Instruction[] program)
{
    /// <summary>A program may be hostile: beyond this an answer is "anything".</summary>
    private const int MostSteps = 256, MostSets = 32;

    private readonly Dictionary<int, CharacterSet?> known = [];

    /// <summary>Null where it may be any, or none at all.</summary>
    public CharacterSet? Of(int instruction)
    {
        if (known.TryGetValue(instruction, out var points))
            return points;
        var search = new Search(program);
        points = !search.Collect(instruction, null) ? null : search.Sets is [var only] ? only : new CharacterSet(search.Sets);
        known.Add(instruction, points);
        return points;
    }

    /// <summary>Where it goes on behind the body of a group.</summary>
    private sealed record After(int Instruction, After? Outer);

    private sealed class Search(Instruction[] program)
    {
        private readonly HashSet<(int Instruction, After? After)> seen = [];

        public List<CharacterSet> Sets { get; } = [];

        /// <summary>False where the answer is "anything".</summary>
        public bool Collect(int instruction, After? after)
        {
            if (!seen.Add((instruction, after)))
                return true;
            if (seen.Count > MostSteps || Sets.Count > MostSets)
                return false;
            ref readonly var step = ref program[instruction];
            switch (step.Operation)
            {
                case Operation.Take:
                    return Add(step.Points!);
                case Operation.TakeMany:
                    return Add(step.Points!) && (step.Least > 0 || Collect(instruction + 1, after));
                case Operation.Try:
                    return Collect(step.First, after) && Collect(step.Second, after);
                case Operation.Jump or Operation.LookAhead or Operation.LookAheadNegative:
                    return Collect(step.First, after);
                case Operation.Atomic:
                    return Collect(instruction + 1, new After(step.First, after));
                case Operation.LookBehind or Operation.LookBehindNegative or Operation.Place or Operation.Remember:
                    return Collect(instruction + 1, after);
                case Operation.Match:
                    return after is not null && Collect(after.Instruction, after.Outer);
                default:
                    return false;
            }
        }

        private bool Add(CharacterSet points)
        {
            if (!Sets.Contains(points))
                Sets.Add(points);
            return true;
        }
    }
}
