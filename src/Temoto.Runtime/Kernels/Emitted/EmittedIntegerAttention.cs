using Temoto.Kernels.Attention;

namespace Temoto.Kernels.Emitted;

/// <summary>Integer attention by <see cref="EmittedScores"/> and <see cref="EmittedWeightedValues"/>.</summary>
internal sealed unsafe class EmittedIntegerAttention : X86IntegerAttention
{
    private readonly delegate* unmanaged[SuppressGCTransition]<EmittedScores.Tile*, void> score = EmittedScores.Load();
    private readonly delegate* unmanaged[SuppressGCTransition]<EmittedWeightedValues.Tile*, void> addValues = EmittedWeightedValues.Load();

    protected override void ScorePanels(byte* group, int count, int headDim, byte* panel, int secondBytes, float* keyScales, int second, float* scores, long stride)
    {
        var queryScales = (float*)(group + GroupQueries * headDim);
        var tile = new EmittedScores.Tile
        {
            Keys0 = panel,
            Keys1 = panel + secondBytes,
            Quads = headDim / Quad,
            Queries = (sbyte*)group,
            QueryScales = queryScales,
            Offsets = (int*)(queryScales + GroupQueries),
            KeyScales0 = keyScales,
            KeyScales1 = keyScales + second,
            Scores = scores,
            StrideBytes = stride * sizeof(float),
            SecondBytes = second * sizeof(float),
            Count = count,
        };
        score(&tile);
    }

    protected override void AddColumns(sbyte* values, int headDim, int second, int quads, byte* high, byte* low, float* steps, int count, float* outputs)
    {
        var tile = new EmittedWeightedValues.Tile
        {
            Values = values,
            QuadBytes = Quad * headDim,
            Quads = quads,
            High = high,
            Low = low,
            Steps = steps,
            Outputs = outputs,
            OutputBytes = headDim * sizeof(float),
            SecondBytes = second * sizeof(float),
            Count = count,
        };
        addValues(&tile);
    }
}
