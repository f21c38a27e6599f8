using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Which dataflow the attention of a prompt takes, and why: TPHS spares storing queries, scores and probabilities and reading them again, and pays by reading the query
/// weights once per span of tokens. What moves fewer bytes is taken. Bytes depend on the model alone, so that neither machine nor threads change a result.
/// </summary>
/// <param name="GemmBytes">What GEMM mode moves more, per layer.</param>
/// <param name="TphsBytes">What TPHS moves more, per layer.</param>
internal sealed record DataflowDecision(DataflowMode Mode, double GemmBytes, double TphsBytes)
{
    /// <param name="tokens">Of a run.</param>
    /// <param name="context">Positions of the cache: a run finds it half full.</param>
    /// <param name="spanTokens">Tokens of a chunk of TPHS.</param>
    /// <param name="queryWeightBytes">Of one layer.</param>
    public static DataflowDecision Of(AttentionShape shape, int tokens, int context, int spanTokens, long queryWeightBytes)
    {
        // Scores written, read and written by the softmax, read with the values. Queries written and read.
        var length = shape.Causal ? (Math.Max(0, context - tokens) + tokens + 1) / 2.0 : tokens;
        var gemm = 4.0 * sizeof(float) * shape.Heads * tokens * length + 2.0 * sizeof(float) * shape.Heads * shape.HeadDim * tokens;
        var spans = (tokens + spanTokens - 1) / spanTokens;
        var tphs = (spans - 1.0) * queryWeightBytes;
        return new DataflowDecision(tphs <= gemm ? DataflowMode.Tphs : DataflowMode.Gemm, gemm, tphs);
    }

    /// <summary>One device projects queries, another attends: TPHS, where both are one step, would take the projection away from the device that is made for it.</summary>
    public bool IsSplit { get; init; }

    public override string ToString() => FormattableString.Invariant(
        $"{Mode.ToString().ToLowerInvariant()}: {(IsSplit ? "queries are projected on another device than attention runs on; " : "")}in each layer, storing queries, scores and probabilities would move {GemmBytes / 1e6:0.000} MB (with the cache half full), reading the query weights again for each span {TphsBytes / 1e6:0.000} MB");
}
