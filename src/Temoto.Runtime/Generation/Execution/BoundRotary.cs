using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>The rows of a rotary table for the positions of a run: filled before its first step, read by every head that is turned.</summary>
internal sealed unsafe class BoundRotary(RotaryTable table, float* cosines, float* sines)
{
    private readonly float* cosines = cosines;
    private readonly float* sines = sines;

    /// <summary>The tables that steps of a plan read.</summary>
    /// <param name="run">Start of what runs are given.</param>
    public static List<BoundRotary> Of(Plan plan, byte* run)
    {
        var bound = new List<BoundRotary>();
        foreach (var table in plan.RotaryTables)
        {
            if (plan.Sections.SelectMany(section => section.Steps).SelectMany(step => step.Operands).FirstOrDefault(operand => operand.Memory == MemoryRegion.Run && operand.Name == table.Name) is { } operand)
                bound.Add(new BoundRotary(table, (float*)(run + operand.Parts[0].OffsetBytes), (float*)(run + operand.Parts[1].OffsetBytes)));
        }
        return bound;
    }

    /// <summary>Cosines and sines of one position, [HeadDim/2] each.</summary>
    public void Fill(int row, int position)
    {
        var radiansPerPosition = table.RadiansPerPosition.Span;
        var offset = (long)row * radiansPerPosition.Length;
        for (var i = 0; i < radiansPerPosition.Length; i++)
        {
            var (sin, cos) = Math.SinCos(position * radiansPerPosition[i]);
            cosines[offset + i] = (float)cos;
            sines[offset + i] = (float)sin;
        }
    }
}
