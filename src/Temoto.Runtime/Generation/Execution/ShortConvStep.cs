using Temoto.Kernels.Floats;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>
/// Each token's product b * x goes to its place in the cache, and those of the last positions are convolved. What tokens of the same run were convolved from is worked out again, so that tokens need
/// not wait for each other; it is rounded as the cache rounds it, so that a text gives the same in one run and in several.
/// </summary>
internal sealed unsafe class ShortConvStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly int taps = binding.Step.Taps!.Value;
    private readonly bool isHalf = binding.Step[OperandRole.Convolved].Format.Type == NumberType.Float16;
    private readonly float* weight = binding.Vector(OperandRole.Weight);
    private readonly float* bias = binding.Vector(OperandRole.Bias);
    private readonly CachePlace convolved = binding.Cache(OperandRole.Convolved);

    /// <summary>A row for each tap, and one as a cache would hold it.</summary>
    public static long ScratchFloats(Step step) => (step.Taps!.Value + 1) * WholeRegisters(step[OperandRole.Output].Shape[1]);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var scratch = State.Scratch[worker];
        var stride = WholeRegisters(Width);
        // Rows of the taps, the oldest first; null before the first position.
        var rows = stackalloc float*[taps];
        for (var row = start; row < end; row++)
        {
            // All but the newest are those that the token before had, but for its oldest.
            var known = row > start && Follow(row - 1, row) ? taps - 1 : 0;
            for (var tap = 0; tap < taps; tap++)
            {
                var at = row + tap - taps + 1;
                rows[tap] = tap < known ? rows[tap + 1] : Load(row, at, scratch + (at + taps) % taps * stride, (byte*)(scratch + taps * stride));
            }
            ShortConvolution.Run(rows, taps, weight, bias, InputRow(row) + Width, Output + (long)row * Width, Width);
        }
    }

    /// <summary>Both rows of the run are of one sequence or text, as far apart as their numbers: those of a prompt, and guesses that are verified together.</summary>
    private bool Follow(int earlier, int later) =>
        State.CacheOf(earlier) == State.CacheOf(later) && State.StartOf(earlier) == State.StartOf(later) && State.PositionOf(later) - State.PositionOf(earlier) == later - earlier;

    private float* InputRow(int row) => Input + 3L * Width * row;

    /// <summary>The product at a position, as the cache has it; null before the first.</summary>
    /// <param name="at">The position as a row of the run: before its first row it is in the cache.</param>
    /// <param name="spare">Takes what another token puts into the cache.</param>
    private float* Load(int row, int at, float* destination, byte* spare)
    {
        if (State.PositionOf(row) + at - row < 0)
            return null;
        var stored = State.CacheOf(row).RowAt(convolved, State.PlaceOf(row) + at - row);
        if (at == row || at >= 0 && Follow(at, row))
        {
            var input = InputRow(at);
            ShortConvolution.Multiply(input, input + 2L * Width, destination, Width);
            if (at != row)
                stored = spare;
            Store(destination, stored);
        }
        Read(stored, destination);
        return destination;
    }

    private void Store(float* row, byte* stored)
    {
        if (isHalf)
            Kernels.RoundToHalf(row, (ushort*)stored, Width);
        else
            Kernels.Copy(row, (float*)stored, Width);
    }

    private void Read(byte* stored, float* row)
    {
        if (isHalf)
            Kernels.WidenHalf((ushort*)stored, row, Width);
        else
            Kernels.Copy((float*)stored, row, Width);
    }
}
