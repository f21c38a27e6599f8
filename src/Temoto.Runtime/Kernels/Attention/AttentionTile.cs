namespace Temoto.Kernels.Attention;

/// <summary>
/// Queries that share a KV head (of each token the heads of one group, side by side) on their way through a softmax over many positions, taken tile by tile: what is
/// known so far is the largest score, the sum of exponentials and the weighted sum of values. Milakov and Gimelshein, arXiv 1805.02867; Dao et al., arXiv 2205.14135.
/// </summary>
/// <param name="queries">[Count, HeadDim], already multiplied by the attention's scale.</param>
/// <param name="outputs">[Count, HeadDim]: sum over positions of exp(score - largest) * value.</param>
/// <param name="largest">[Count], -infinity before the first position.</param>
/// <param name="totals">[Count]: sum over positions of exp(score - largest).</param>
/// <param name="firstLength">Positions that token 0 sees.</param>
/// <param name="lengthStep">Positions that each further token sees more: 1 for causal attention, else 0.</param>
internal readonly unsafe struct AttentionTile(float* queries, float* outputs, float* largest, float* totals, int tokens, int groupHeads, int headDim, int firstLength, int lengthStep)
{
    /// <summary>Most positions that a token sees, the last of those before <see cref="Length"/>; null for all.</summary>
    public int? Window { get; init; }

    /// <summary>Scores become cap * tanh(score / cap); null leaves them.</summary>
    public float? SoftCap { get; init; }

    public readonly float* Queries = queries;
    public readonly float* Outputs = outputs;
    public readonly float* Largest = largest;
    public readonly float* Totals = totals;
    public readonly int Count = tokens * groupHeads;
    public readonly int GroupHeads = groupHeads;
    public readonly int HeadDim = headDim;

    /// <summary>Positions that the last token, and so any of them, sees.</summary>
    public readonly int MaxLength = firstLength + (tokens - 1) * lengthStep;

    /// <summary>Positions that query <paramref name="index"/> sees.</summary>
    public int Length(int index) => firstLength + index / GroupHeads * lengthStep;

    /// <summary>The first position that query <paramref name="index"/> sees.</summary>
    public int First(int index) => Window is { } window ? Math.Max(0, Length(index) - window) : 0;

    /// <summary>Nothing seen yet.</summary>
    public void Clear()
    {
        new Span<float>(Outputs, Count * HeadDim).Clear();
        new Span<float>(Largest, Count).Fill(float.NegativeInfinity);
        new Span<float>(Totals, Count).Clear();
    }
}
