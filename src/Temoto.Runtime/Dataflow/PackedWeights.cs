using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>
/// Whether a packed weight is read as it lies, or laid out plain when the model is loaded. Packed rows are fewer bytes for each token, and decoding them takes time for each
/// token: what is shorter depends on the machine's bandwidth and on how fast it unpacks.
/// </summary>
internal static class PackedWeights
{
    /// <summary>Of the rate from cache, what products with packed rows reach while memory is read: they have more to do for each byte than plain ones (measured: 0.85 to 0.95).</summary>
    public const double RateFromMemory = 0.9;

    /// <summary>Seconds to multiply one token with a weight whose rows stay packed: unpacked into scratch first, or in the escape code multiplied as they lie.</summary>
    public static double PackedSeconds(Tensor weight, Board board) =>
        Math.Max(weight.StoredBytes / board.ReadBytesPerSecond, EscapeShare(weight) is { } share
            ? Operations(weight) / (RateFromMemory * board.PackedOperationsPerSecond(weight.DType, share))
            : ComputeSeconds(weight, board) + PlainBytes(weight) / board.UnpackBytesPerSecond);

    /// <summary>Seconds to multiply one token with the same weight, laid out plain.</summary>
    public static double PlainSeconds(Tensor weight, Board board) =>
        Math.Max((PlainBytes(weight) + (weight.Scales?.ByteLength ?? 0)) / board.ReadBytesPerSecond, ComputeSeconds(weight, board));

    /// <summary>Names of the packed weights that decode faster laid out plain, largest gain first, as many as fit into <paramref name="availableBytes"/>.</summary>
    public static HashSet<string> ToUnpack(IEnumerable<Tensor> weights, Board board, double availableBytes)
    {
        var names = new HashSet<string>();
        var packed = weights.Where(weight => weight.Encoded is not null).ToArray();
        if (packed.Length == 0)
            return names;
        foreach (var weight in packed.OrderByDescending(weight => PackedSeconds(weight, board) - PlainSeconds(weight, board)))
        {
            if (PackedSeconds(weight, board) <= PlainSeconds(weight, board) || PlainBytes(weight) > availableBytes)
                continue;
            availableBytes -= PlainBytes(weight);
            names.Add(weight.Name);
        }
        return names;
    }

    /// <summary>What a packed weight will be once it is laid out plain, without its rows: for planning.</summary>
    public static unsafe Tensor PlainView(Tensor weight) =>
        new(weight.Name, weight.DType, weight.Shape, null, (long)PlainBytes(weight), weight) { Scales = weight.Scales, InputGrid = weight.InputGrid };

    /// <summary>Of a weight that is multiplied as it lies, in the escape code, the share of rows with escapes; null for others: zero points are for unpacked rows.</summary>
    public static double? EscapeShare(Tensor weight) =>
        weight is { Encoded.Escaped: { } code, Scales.Zeros: null } && IntegerDot.Takes(weight) ? code.EscapeShare : null;

    private static double PlainBytes(Tensor weight) => (double)weight.RowBytes * weight.Rows;

    private static double Operations(Tensor weight) => 2.0 * weight.Rows * weight.Columns;

    private static double ComputeSeconds(Tensor weight, Board board) =>
        Operations(weight) / board.OperationsPerSecond(weight.DType, IntegerDot.Takes(weight), oneToken: true);
}
