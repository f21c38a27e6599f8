using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>Seconds of what happens to elements beside products: functions, sums, rotations, rounding; in steps of their own and in the epilogues of others.</summary>
internal static class PassPrice
{
    /// <summary>Elementwise work of a step, by the unit that names what it does, else by one that names nothing; a board without either does it in passing.</summary>
    public static double Work(Board board, Step step, double elements) =>
        (Unit(board, step.Device, PassOf(step.Kind), step.Function, null) ?? AnyUnit(board, step.Device) ?? AnyUnit(board, board.LastDevice.Name)) is { } unit ? elements / unit.Rate : 0;

    /// <summary>Epilogues of a step and the way of keys and values into the cache, as far as units name them.</summary>
    /// <param name="rows">Tokens of the step.</param>
    public static double Epilogues(Board board, Step step, int rows)
    {
        var seconds = 0.0;
        foreach (var epilogue in step.Epilogue)
        {
            // Steps whose work is this very pass, and the gate, have it in their loops.
            if (epilogue != PassOf(step.Kind) && Unit(board, step.Device, epilogue, epilogue is Epilogue.Activation ? step.Function : null, null) is { } unit)
                seconds += rows * Width(step, epilogue) / unit.Rate;
        }
        if (step.Kind == StepKind.HeadProjections)
        {
            foreach (var role in (OperandRole[])[OperandRole.Keys, OperandRole.Values])
            {
                if (Unit(board, step.Device, Epilogue.Round, null, step[role].Format) is { } unit)
                    seconds += rows * step[role].Shape[1] / unit.Rate;
            }
        }
        return seconds;
    }

    /// <summary>Elements of a row that an epilogue takes.</summary>
    private static double Width(Step step, Epilogue epilogue) => epilogue switch
    {
        Epilogue.HeadNorm => Heads(step, OperandRole.QueryNorm, OperandRole.KeyNorm),
        Epilogue.Rotary => Heads(step, OperandRole.QueryRotary, OperandRole.KeyRotary),
        _ => step.Find(OperandRole.Output)?.Shape[1] ?? 0,
    };

    /// <summary>Elements of the queries and keys that are normed or turned.</summary>
    private static double Heads(Step step, OperandRole query, OperandRole key)
    {
        var shape = step.Attention!;
        var heads = (step.Find(query) is null ? 0 : shape.Heads) + (step.Find(key) is null ? 0 : shape.KvHeads);
        return (double)heads * shape.HeadDim;
    }

    private static Epilogue? PassOf(StepKind kind) => kind switch
    {
        StepKind.GatedLinear or StepKind.ActivateMultiply => Epilogue.Gate,
        StepKind.Activate => Epilogue.Activation,
        StepKind.Quantize or StepKind.RoundToGrid => Epilogue.Round,
        StepKind.Rope => Epilogue.Rotary,
        StepKind.Add or StepKind.Average or StepKind.AddPositions => Epilogue.Residual,
        _ => null,
    };

    /// <param name="cache">The format of keys or values that are stored; null for activations.</param>
    private static BoardUnit? Unit(Board board, string device, Epilogue? pass, Activation? function, Format? cache) => pass is null ? null : board.Units.FirstOrDefault(unit =>
        unit.Work == WorkKind.Elementwise && unit.Device == device && unit.Pass == pass && (unit.Function is null || unit.Function == function)
        && (cache is null ? unit.Operands.Count == 0 : unit.Operands.Contains(cache.Type)));

    private static BoardUnit? AnyUnit(Board board, string device) => board.Units.FirstOrDefault(unit => unit.Work == WorkKind.Elementwise && unit.Device == device && unit.Pass is null);
}
