namespace Temoto.Dataflow;

/// <summary>
/// Which dataflow the attention of a prompt takes, and why: TPHS spares storing and reading again scores and probabilities (and two regions), and pays by reading and
/// decoding the query weights once per span of tokens. Both sides are small sums of bytes over the board's rates, so that a decision costs nothing when a model is loaded.
/// </summary>
/// <param name="GemmSeconds">What GEMM mode pays more, per layer.</param>
/// <param name="TphsSeconds">What TPHS pays more, per layer.</param>
internal sealed record DataflowDecision(DataflowMode Mode, double GemmSeconds, double TphsSeconds)
{
    /// <param name="spanTokens">Tokens of a chunk of TPHS.</param>
    /// <param name="queryWeightBytes">Of one layer.</param>
    public static DataflowDecision Of(AttentionShape shape, int tokens, int context, int spanTokens, long queryWeightBytes, Board board)
    {
        // Scores written, read and written by the softmax, read with the values; causal attention fills half of them. Queries written and read.
        var scores = 4.0 * sizeof(float) * shape.Heads * tokens * (shape.Causal ? (tokens + 1) / 2.0 : tokens);
        var queries = 2.0 * sizeof(float) * shape.Heads * shape.HeadDim * tokens;
        var stored = (double)sizeof(float) * shape.Heads * tokens * context;
        var rate = stored <= board.SharedCacheBytes ? board.CacheBytesPerSecond : board.ReadBytesPerSecond;
        var gemm = (scores + queries) / rate + 2 * board.RegionSeconds;
        var spans = (tokens + spanTokens - 1) / spanTokens;
        var tphs = (spans - 1.0) * queryWeightBytes / board.CacheBytesPerSecond;
        return new DataflowDecision(tphs <= gemm ? DataflowMode.Tphs : DataflowMode.Gemm, gemm, tphs);
    }

    public override string ToString() =>
        $"{Mode.ToString().ToLowerInvariant()}: of each layer, storing queries, scores and probabilities would take {GemmSeconds * 1e3:0.000} ms, reading the query weights again for each span {TphsSeconds * 1e3:0.000} ms";
}
