namespace Temoto.Kernels.Attention;

/// <summary>
/// What the scores of the query heads of a group get by how far a position lies from the token: factor[head] * row[head][position - token]. A slope for each head times the distance (ALiBi), or a
/// row of numbers for each.
/// </summary>
/// <param name="rows">The first head's number of distance 0; those of positions before the token lie in front of it, those behind it behind.</param>
/// <param name="rowStride">From a head's number to the next one's; 0 where all have the same.</param>
/// <param name="factors">[GroupHeads]; null: 1.</param>
internal readonly unsafe struct PositionBias(float* rows, long rowStride, float* factors)
{
    private readonly float* rows = rows;
    private readonly long rowStride = rowStride;
    private readonly float* factors = factors;

    /// <summary>Scores stay as they are.</summary>
    public bool IsNone => rows is null;

    /// <summary>scores[i * stride + p] += what query i gets for position start + p.</summary>
    /// <param name="scores">[count, stride]: of each token the heads of the group, side by side.</param>
    /// <param name="firstToken">Where the first token lies among the positions.</param>
    public void AddTo(KernelSet kernels, float* scores, long stride, int count, int groupHeads, int firstToken, int start, int positions)
    {
        if (IsNone)
            return;
        for (var i = 0; i < count; i++)
        {
            var head = i % groupHeads;
            kernels.AddScaled(scores + i * stride, factors is null ? 1 : factors[head], rows + head * rowStride + start - (firstToken + i / groupHeads), positions);
        }
    }
}
