using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>
/// What the planner knows about the machine that runs a plan: how fast bytes come, how fast numbers are multiplied, how much stays on chip. Plain data, one JSON file.
/// </summary>
/// <param name="Name">What it is called in reports, e.g. the processor's model name.</param>
/// <param name="Evidence">"measured" (by <c>temoto bench --calibrate</c> on this host) or "assumed" (typical figures of this kind of processor).</param>
/// <param name="Kernels">The kernel set the rates were measured with.</param>
/// <param name="Threads">Threads the rates are for, all at work together.</param>
/// <param name="OnChipBytesPerThread">The level that "on chip" means here: the second-level cache of one core.</param>
/// <param name="SharedCacheBytes">The last-level cache, shared by all cores; 0 where there is none.</param>
/// <param name="ReadBytesPerSecond">Bytes read from memory beyond all caches.</param>
/// <param name="CacheBytesPerSecond">Bytes read from the last-level cache.</param>
/// <param name="DecodeInt4OperationsPerSecond">Multiplications and additions of a matrix-vector product with int4 weights that lie in cache: what arithmetic alone allows.</param>
/// <param name="DecodeInt8OperationsPerSecond">The same with int8 weights.</param>
/// <param name="DecodeIdsInt4OperationsPerSecond">The same with int4 weights in the escape code, rows without escapes, which are multiplied as they lie where the kernels can.</param>
/// <param name="DecodeIdsInt8OperationsPerSecond">The same with int8 weights.</param>
/// <param name="DecodeEscapesInt4OperationsPerSecond">The same with int4 weights, rows with escapes.</param>
/// <param name="DecodeEscapesInt8OperationsPerSecond">The same with int8 weights.</param>
/// <param name="PrefillInt4OperationsPerSecond">Multiplications and additions of a matrix product with int4 weights and many tokens.</param>
/// <param name="PrefillInt8OperationsPerSecond">The same with int8 weights.</param>
/// <param name="FloatOperationsPerSecond">Multiplications and additions of a float32 matrix product of many tokens; attention's rate.</param>
/// <param name="UnpackBytesPerSecond">Plain bytes that come out of rows packed by a prefix code.</param>
/// <param name="RegionSeconds">Opening and closing one parallel region.</param>
internal sealed record Board(
    string Name,
    string Evidence,
    string Kernels,
    int Threads,
    long OnChipBytesPerThread,
    long SharedCacheBytes,
    double ReadBytesPerSecond,
    double CacheBytesPerSecond,
    double DecodeInt4OperationsPerSecond,
    double DecodeInt8OperationsPerSecond,
    double DecodeIdsInt4OperationsPerSecond,
    double DecodeIdsInt8OperationsPerSecond,
    double DecodeEscapesInt4OperationsPerSecond,
    double DecodeEscapesInt8OperationsPerSecond,
    double PrefillInt4OperationsPerSecond,
    double PrefillInt8OperationsPerSecond,
    double FloatOperationsPerSecond,
    double UnpackBytesPerSecond,
    double RegionSeconds)
{
    /// <summary>Multiplications and additions per second of a matrix product.</summary>
    /// <param name="type">The element type of the weight.</param>
    /// <param name="integers">Activations are integers too.</param>
    /// <param name="oneToken">One token, or many.</param>
    public double OperationsPerSecond(DType type, bool integers, bool oneToken)
    {
        if (!integers)
            return FloatOperationsPerSecond;
        var four = HasNibbles(type);
        return oneToken
            ? four ? DecodeInt4OperationsPerSecond : DecodeInt8OperationsPerSecond
            : four ? PrefillInt4OperationsPerSecond : PrefillInt8OperationsPerSecond;
    }

    /// <summary>The same with one token, integer activations, and a weight in the escape code.</summary>
    /// <param name="escapeShare">Of the rows that have escapes.</param>
    public double PackedOperationsPerSecond(DType type, double escapeShare)
    {
        var (ids, escapes) = HasNibbles(type) ? (DecodeIdsInt4OperationsPerSecond, DecodeEscapesInt4OperationsPerSecond) : (DecodeIdsInt8OperationsPerSecond, DecodeEscapesInt8OperationsPerSecond);
        return 1 / (escapeShare / escapes + (1 - escapeShare) / ids);
    }

    private static bool HasNibbles(DType type) => type is DType.I4 or DType.Q4_0 or DType.Q4_K;
}
