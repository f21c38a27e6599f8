using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>The rows of a rotary table for the positions of a run: filled before its first step, read by every head that is turned.</summary>
/// <param name="operand">Where a plan has placed them: cosines, then sines, [tokens, HeadDim / 2] each.</param>
/// <param name="run">Start of what runs are given.</param>
internal sealed unsafe class BoundRotary(RotaryTable table, Operand operand, byte* run)
{
    private readonly float* cosines = (float*)(run + operand.Parts[0].OffsetBytes);
    private readonly float* sines = (float*)(run + operand.Parts[1].OffsetBytes);

    /// <summary>The tables that steps of a plan read.</summary>
    /// <param name="run">Start of what runs are given.</param>
    public static List<BoundRotary> Of(Plan plan, byte* run)
    {
        var bound = new List<BoundRotary>();
        foreach (var table in plan.RotaryTables)
        {
            if (plan.Sections.SelectMany(section => section.Steps).SelectMany(step => step.Operands).FirstOrDefault(operand => operand.Memory == MemoryRegion.Run && operand.Name == table.Name) is { } operand)
                bound.Add(new BoundRotary(table, operand, run));
        }
        return bound;
    }

    /// <summary>Works out cosines and sines of one position.</summary>
    public void Fill(int row, int position)
    {
        var radiansPerPosition = table.RadiansPerPosition.Span;
        var scale = table.Scale ?? 1;
        var offset = (long)row * radiansPerPosition.Length;
        for (var i = 0; i < radiansPerPosition.Length; i++)
        {
            var (sin, cos) = Math.SinCos(position * radiansPerPosition[i]);
            cosines[offset + i] = (float)(cos * scale);
            sines[offset + i] = (float)(sin * scale);
        }
    }

    /// <summary>Turns one head of the token in row <paramref name="row"/>.</summary>
    public void Turn(KernelSet kernels, float* head, int row)
    {
        var angle = (long)row * (table.HeadDim / 2);
        kernels.Rope(head, cosines + angle, sines + angle, table.HeadDim, table.IsInterleaved);
    }
}
