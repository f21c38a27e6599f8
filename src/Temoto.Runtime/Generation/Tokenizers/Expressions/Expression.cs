using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>
/// A regular expression over code points (.NET's sees UTF-16 units and has no possessive repeats, class intersections or scripts). Leftmost, first alternative that matches; by
/// backtracking within a <see cref="MatchBudget"/>.
/// </summary>
internal sealed class Expression
{
    /// <summary>Places to return to; the stack of a thread, which matches nothing else meanwhile.</summary>
    [ThreadStatic]
    private static Stack? stackOfThread;

    private readonly Instruction[] program;

    /// <summary>What a match begins with; null where that may be anything, or nothing.</summary>
    private readonly CharacterSet? first;

    /// <summary>Where groups begin and end.</summary>
    private readonly int slots;

    /// <exception cref="ExpressionSyntaxException">It is malformed, or uses what is not known here.</exception>
    public Expression(string pattern)
    {
        Pattern = pattern;
        var node = ExpressionParser.Parse(pattern, out var groups);
        program = ExpressionCompiler.Compile(node, remembers: groups > 0, out first);
        slots = groups == 0 ? 0 : 2 * (groups + 1);
    }

    public string Pattern { get; }

    /// <summary>The first match at or after a place, which may be empty; false where there is none.</summary>
    /// <exception cref="ExpressionBudgetException">The budget is used up.</exception>
    public bool Find(ReadOnlySpan<char> text, int from, MatchBudget budget, out int start, out int end)
    {
        var stack = stackOfThread ??= new Stack();
        stack.Count = 0;
        if (stack.Slots.Length < slots)
            stack.Slots = new int[slots];
        for (start = from; true;)
        {
            if (first is not null)
                start = Skip(text, start, first, budget);
            stack.Slots.AsSpan(0, slots).Fill(-1);
            end = Match(text, 0, start, stack, budget);
            if (end >= 0)
                return true;
            if (start >= text.Length)
                return false;
            CodePoints.At(text, start, out var length);
            start += length;
        }
    }

    /// <summary>The next place at which a code point of a set stands, or the end.</summary>
    private static int Skip(ReadOnlySpan<char> text, int at, CharacterSet points, MatchBudget budget)
    {
        var begin = at;
        while (at < text.Length && !points.Contains(CodePoints.At(text, at, out var length)))
            at += length;
        budget.Take((at - begin) / 4);
        return at;
    }

    /// <summary>Where the program from an instruction on ends that begins at a place; -1 where it does not match.</summary>
    private int Match(ReadOnlySpan<char> text, int instruction, int at, Stack stack, MatchBudget budget)
    {
        var floor = stack.Count;
        while (true)
        {
            if (!budget.Take())
                throw new ExpressionBudgetException();
            ref readonly var step = ref program[instruction];
            var goesOn = false;
            switch (step.Operation)
            {
                case Operation.Match:
                    stack.Count = floor;
                    return at;
                case Operation.Take:
                    if (at < text.Length && step.Points!.Contains(CodePoints.At(text, at, out var length)))
                    {
                        at += length;
                        instruction++;
                        goesOn = true;
                    }
                    break;
                case Operation.TakeMany:
                    goesOn = TakeMany(text, step, instruction, ref at, stack, budget);
                    instruction++;
                    break;
                case Operation.Try:
                    var point = at < text.Length ? CodePoints.At(text, at, out _) : -1;
                    var canSecond = CanBegin(step.SecondPoints, point);
                    if (CanBegin(step.FirstPoints, point))
                    {
                        if (canSecond)
                            stack.Push(step.Second, at, at);
                        instruction = step.First;
                        goesOn = true;
                    }
                    else
                    {
                        instruction = step.Second;
                        goesOn = canSecond;
                    }
                    break;
                case Operation.Jump:
                    instruction = step.First;
                    goesOn = true;
                    break;
                case Operation.Atomic:
                    var end = Match(text, instruction + 1, at, stack, budget);
                    (goesOn, at, instruction) = (end >= 0, end, step.First);
                    break;
                case Operation.LookAhead or Operation.LookAheadNegative:
                    goesOn = Match(text, instruction + 1, at, stack, budget) >= 0 == (step.Operation == Operation.LookAhead);
                    instruction = step.First;
                    break;
                case Operation.LookBehind or Operation.LookBehindNegative:
                    var isBehind = at > 0 && step.Points!.Contains(CodePoints.At(text, CodePoints.Before(text, at), out _));
                    goesOn = isBehind == (step.Operation == Operation.LookBehind);
                    instruction++;
                    break;
                case Operation.Place:
                    goesOn = IsAt(step.Anchor, text, at);
                    instruction++;
                    break;
                case Operation.Remember:
                    stack.Push(~step.First, stack.Slots[step.First], 0);
                    stack.Slots[step.First] = at;
                    goesOn = true;
                    instruction++;
                    break;
                case Operation.Again:
                    goesOn = TakeAgain(text, stack.Slots[step.First], stack.Slots[step.First + 1], ref at);
                    instruction++;
                    break;
                default:
                    throw new InvalidOperationException($"no such step as {step.Operation}");
            }
            if (!goesOn && !Return(text, floor, stack, budget, out instruction, out at))
                return -1;
        }
    }

    /// <param name="point">-1 at the end of the text.</param>
    private static bool CanBegin(CharacterSet? points, int point) => points is null || (point >= 0 && points.Contains(point));

    private static bool TakeAgain(ReadOnlySpan<char> text, int start, int end, ref int at)
    {
        if (start < 0 || end < start || !text[at..].StartsWith(text[start..end]))
            return false;
        at += end - start;
        return true;
    }

    /// <summary>Takes what a repeat of a set may; leaves a place to return to where it could take less, or more.</summary>
    private static bool TakeMany(ReadOnlySpan<char> text, in Instruction step, int instruction, ref int at, Stack stack, MatchBudget budget)
    {
        var wanted = step.Greed == Greed.Lazy ? step.Least : step.Most;
        var (count, least, begin) = (0, at, at);
        while (count < wanted && at < text.Length && step.Points!.Contains(CodePoints.At(text, at, out var length)))
        {
            at += length;
            if (++count == step.Least)
                least = at;
        }
        budget.Take((at - begin) / 4);
        if (count < step.Least)
            return false;
        if (step.Greed != Greed.Lazy && !GiveBack(text, step, ref at, step.Greed == Greed.Greedy ? least : at, budget))
            return false;
        if (step.Greed == Greed.Greedy && at > least)
            stack.Push(instruction, at, least);
        if (step.Greed == Greed.Lazy && count < step.Most)
            stack.Push(instruction, at, at - count - 1);
        return true;
    }

    /// <summary>Gives back what a repeat took until the text goes on as what follows may; false where it never does.</summary>
    private static bool GiveBack(ReadOnlySpan<char> text, in Instruction step, ref int at, int least, MatchBudget budget)
    {
        var begin = at;
        while (!CanBegin(step.SecondPoints, at < text.Length ? CodePoints.At(text, at, out _) : -1))
        {
            if (at <= least)
            {
                budget.Take((begin - at) / 4);
                return false;
            }
            at = CodePoints.Before(text, at);
        }
        budget.Take((begin - at) / 4);
        return true;
    }

    /// <summary>Goes back to the last place where something else can be tried.</summary>
    private bool Return(ReadOnlySpan<char> text, int floor, Stack stack, MatchBudget budget, out int instruction, out int at)
    {
        while (stack.Count > floor)
        {
            stack.Pop(out instruction, out at, out var limit);
            if (instruction < 0)
            {
                stack.Slots[~instruction] = at;
                continue;
            }
            ref readonly var step = ref program[instruction];
            // A place that an attempt left: its other way.
            if (step.Operation != Operation.TakeMany || limit == at)
                return true;
            if (step.Greed == Greed.Greedy)
            {
                at = CodePoints.Before(text, at);
                if (!GiveBack(text, step, ref at, limit, budget))
                    continue;
                if (at > limit)
                    stack.Push(instruction, at, limit);
                instruction++;
                return true;
            }
            // Lazy: one more, whose number the limit remembers.
            var count = at - limit - 1;
            if (at >= text.Length || !step.Points!.Contains(CodePoints.At(text, at, out var length)))
                continue;
            if (count + 1 < step.Most)
                stack.Push(instruction, at + length, at + length - count - 2);
            at += length;
            instruction++;
            return true;
        }
        (instruction, at) = (0, 0);
        return false;
    }

    private static bool IsAt(Anchor anchor, ReadOnlySpan<char> text, int at) => anchor switch
    {
        Anchor.TextStart => at == 0,
        Anchor.TextEnd => at == text.Length,
        Anchor.LineStart => at == 0 || (text[at - 1] == '\n' && at < text.Length),
        Anchor.LineEnd => at == text.Length || text[at] == '\n',
        Anchor.WordBoundary => IsWordAt(text, at) != IsWordBefore(text, at),
        Anchor.NoWordBoundary => IsWordAt(text, at) == IsWordBefore(text, at),
        _ => throw new ArgumentOutOfRangeException(nameof(anchor)),
    };

    private static bool IsWordAt(ReadOnlySpan<char> text, int at) => at < text.Length && CharacterProperties.IsWordOutsideClasses(CodePoints.At(text, at, out _));

    private static bool IsWordBefore(ReadOnlySpan<char> text, int at) => at > 0 && CharacterProperties.IsWordOutsideClasses(CodePoints.At(text, CodePoints.Before(text, at), out _));

    /// <summary>Places to return to: an instruction, where it stood, and how far a repeat may go back; or the complement of a slot and what it held.</summary>
    private sealed class Stack
    {
        private (int Instruction, int At, int Limit)[] places = new (int, int, int)[64];

        public int Count;

        public int[] Slots = [];

        public void Push(int instruction, int at, int limit)
        {
            if (Count == places.Length)
                Array.Resize(ref places, 2 * Count);
            places[Count++] = (instruction, at, limit);
        }

        public void Pop(out int instruction, out int at, out int limit) => (instruction, at, limit) = places[--Count];
    }
}
