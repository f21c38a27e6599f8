namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>Turns an expression into instructions.</summary>
internal sealed class ExpressionCompiler
{
    /// <summary>More than any published expression has; repeats of groups are written out and could grow without end.</summary>
    private const int MostInstructions = 20_000;

    private readonly List<Instruction> program = [];
    private bool remembers;

    /// <exception cref="ExpressionSyntaxException">It would be too long.</exception>
    /// <param name="remembers">What groups took is asked for.</param>
    /// <param name="first">What a match begins with; null where that may be anything, or nothing.</param>
    public static Instruction[] Compile(ExpressionNode node, bool remembers, out CharacterSet? first)
    {
        var compiler = new ExpressionCompiler { remembers = remembers };
        compiler.Add(node);
        compiler.Emit(new Instruction(Operation.Match));
        Instruction[] program = [.. compiler.program];
        var points = new FirstPoints(program);
        first = points.Of(0);
        for (var i = 0; i < program.Length; i++)
        {
            if (program[i].Operation == Operation.Try)
                program[i] = program[i] with { FirstPoints = points.Of(program[i].First), SecondPoints = points.Of(program[i].Second) };
            else if (program[i].Operation == Operation.TakeMany && program[i].Greed != Greed.Lazy)
                program[i] = program[i] with { SecondPoints = points.Of(i + 1) };
        }
        return program;
    }

    private void Add(ExpressionNode node)
    {
        switch (node)
        {
            case ExpressionNode.Set set:
                Emit(new Instruction(Operation.Take) { Points = set.Points });
                break;
            case ExpressionNode.Sequence sequence:
                foreach (var part in sequence.Parts)
                    Add(part);
                break;
            case ExpressionNode.Alternatives alternatives:
                AddAlternatives(alternatives.Choices);
                break;
            case ExpressionNode.Repeat repeat:
                AddRepeat(repeat);
                break;
            case ExpressionNode.Capture capture:
                if (remembers)
                    Emit(new Instruction(Operation.Remember) { First = 2 * capture.Number });
                Add(capture.Body);
                if (remembers)
                    Emit(new Instruction(Operation.Remember) { First = 2 * capture.Number + 1 });
                break;
            case ExpressionNode.Again again:
                Emit(new Instruction(Operation.Again) { First = 2 * again.Number });
                break;
            case ExpressionNode.Atomic atomic:
                AddGroup(Operation.Atomic, atomic.Body);
                break;
            case ExpressionNode.LookAhead look:
                AddGroup(look.Negative ? Operation.LookAheadNegative : Operation.LookAhead, look.Body);
                break;
            case ExpressionNode.LookBehind look:
                Emit(new Instruction(look.Negative ? Operation.LookBehindNegative : Operation.LookBehind) { Points = look.Points });
                break;
            case ExpressionNode.Place place:
                Emit(new Instruction(Operation.Place) { Anchor = place.Anchor });
                break;
            default:
                throw new InvalidOperationException($"no instructions for {node}");
        }
    }

    private void AddAlternatives(IReadOnlyList<ExpressionNode> choices)
    {
        var ends = new List<int>();
        for (var i = 0; i < choices.Count; i++)
        {
            if (i == choices.Count - 1)
            {
                Add(choices[i]);
                break;
            }
            var attempt = Emit(default);
            Add(choices[i]);
            ends.Add(Emit(default));
            program[attempt] = new Instruction(Operation.Try) { First = attempt + 1, Second = program.Count };
        }
        foreach (var end in ends)
            program[end] = new Instruction(Operation.Jump) { First = program.Count };
    }

    private void AddRepeat(ExpressionNode.Repeat repeat)
    {
        if (repeat.Body is ExpressionNode.Set set)
        {
            Emit(new Instruction(Operation.TakeMany) { Points = set.Points, Least = repeat.Least, Most = repeat.Most ?? int.MaxValue, Greed = repeat.Greed });
            return;
        }
        if (repeat.Greed == Greed.Possessive)
        {
            AddGroup(Operation.Atomic, repeat with { Greed = Greed.Greedy });
            return;
        }
        for (var i = 0; i < repeat.Least; i++)
            Add(repeat.Body);
        var isLazy = repeat.Greed == Greed.Lazy;
        if (repeat.Most is not { } most)
        {
            var attempt = Emit(default);
            Add(repeat.Body);
            Emit(new Instruction(Operation.Jump) { First = attempt });
            program[attempt] = Try(attempt + 1, program.Count, isLazy);
            return;
        }
        var attempts = new List<int>();
        for (var i = repeat.Least; i < most; i++)
        {
            attempts.Add(Emit(default));
            Add(repeat.Body);
        }
        foreach (var attempt in attempts)
            program[attempt] = Try(attempt + 1, program.Count, isLazy);
    }

    private static Instruction Try(int body, int after, bool isLazy) => new(Operation.Try) { First = isLazy ? after : body, Second = isLazy ? body : after };

    private void AddGroup(Operation operation, ExpressionNode body)
    {
        var group = Emit(default);
        Add(body);
        Emit(new Instruction(Operation.Match));
        program[group] = new Instruction(operation) { First = program.Count };
    }

    private int Emit(Instruction instruction)
    {
        if (program.Count == MostInstructions)
            throw new ExpressionSyntaxException($"longer than {MostInstructions} steps with its repeats written out");
        program.Add(instruction);
        return program.Count - 1;
    }
}
