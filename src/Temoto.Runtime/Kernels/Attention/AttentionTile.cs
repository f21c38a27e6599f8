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
    /// <summary>Most positions that a token sees, the last of those before its length; null for all.</summary>
    public int? Window { get; init; }

    /// <summary>Positions before it are hidden.</summary>
    public int Start { get; init; }

    /// <summary>Positions there are: lengths beyond it are cut; null where none is.</summary>
    public int? End { get; init; }

    /// <summary>What scores get by distance.</summary>
    public PositionBias Bias { get; init; }

    /// <summary>Where token 0 lies among the positions; asked for where there is a bias.</summary>
    public int FirstToken { get; init; }

    /// <summary>Scores become cap * tanh(score / cap); null leaves them.</summary>
    public float? SoftCap { get; init; }

    public readonly float* Queries = queries;
    public readonly float* Outputs = outputs;
    public readonly float* Largest = largest;
    public readonly float* Totals = totals;
    public readonly int Count = tokens * groupHeads;
    public readonly int GroupHeads = groupHeads;
    public readonly int HeadDim = headDim;

    private readonly int firstLength = firstLength;
    private readonly int lengthStep = lengthStep;
    private readonly int tokens = tokens;

    /// <summary>Positions up to the last that any of the tokens sees.</summary>
    public int MaxLength => Cut(firstLength + (tokens - 1) * lengthStep);

    /// <summary>Positions up to the last that query <paramref name="index"/> sees.</summary>
    public int Length(int index) => Cut(Uncut(index));

    /// <summary>The first position that query <paramref name="index"/> sees.</summary>
    public int First(int index) => Window is { } window ? Math.Max(Start, Uncut(index) - window) : Start;

    private int Uncut(int index) => firstLength + index / GroupHeads * lengthStep;

    private int Cut(int length) => End is { } end ? Math.Min(end, length) : length;

    /// <summary>Nothing seen yet but, where heads have them, sinks: scores that are in the sum of exponentials and have no value.</summary>
    /// <param name="sinks">[GroupHeads]; null for none.</param>
    public void Clear(float* sinks = null)
    {
        new Span<float>(Outputs, Count * HeadDim).Clear();
        if (sinks is not null)
        {
            BeginWith(sinks);
            return;
        }
        new Span<float>(Largest, Count).Fill(float.NegativeInfinity);
        new Span<float>(Totals, Count).Clear();
    }

    private void BeginWith(float* sinks)
    {
        for (var i = 0; i < Count; i++)
            Largest[i] = sinks[i % GroupHeads];
        new Span<float>(Totals, Count).Fill(1);
    }
}
