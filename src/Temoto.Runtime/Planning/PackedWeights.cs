using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Whether a packed weight is read as it lies, or laid out plain when the model is loaded. Packed rows are fewer bytes for each token, and decoding them takes time for each
/// token: what is shorter depends on the machine's bandwidth and on how fast it unpacks.
/// </summary>
internal static class PackedWeights
{
    /// <summary>Of the rate from cache, what products with packed rows reach while memory is read: they have more to do for each byte than plain ones (measured: 0.85 to 0.95).</summary>
    public const double RateFromMemory = 0.9;

    /// <summary>Seconds to multiply one token with a weight whose rows stay packed: unpacked into scratch first, or in the escape code multiplied as they lie.</summary>
    public static double PackedSeconds(WeightInfo weight, Board board) =>
        Math.Max(weight.Bytes / ExternalRate(board), EscapeSeconds(weight, board) ?? ComputeSeconds(weight.Plain, board) + UnpackSeconds(weight, board));

    /// <summary>Seconds to multiply one token with the same weight, laid out plain.</summary>
    public static double PlainSeconds(WeightInfo weight, Board board) =>
        Math.Max(weight.Plain.Bytes / ExternalRate(board), ComputeSeconds(weight.Plain, board));

    /// <summary>Names of the packed weights that decode faster laid out plain, largest gain first, as many as fit into <paramref name="availableBytes"/>.</summary>
    public static HashSet<string> ToUnpack(IEnumerable<WeightInfo> weights, Board board, double availableBytes)
    {
        var names = new HashSet<string>();
        var packed = weights.Where(weight => weight.IsPacked).ToArray();
        if (packed.Length == 0)
            return names;
        foreach (var weight in packed.OrderByDescending(weight => PackedSeconds(weight, board) - PlainSeconds(weight, board)))
        {
            var plainBytes = (double)weight.PlainRowBytes * weight.Rows;
            if (PackedSeconds(weight, board) <= PlainSeconds(weight, board) || plainBytes > availableBytes)
                continue;
            availableBytes -= plainBytes;
            names.Add(weight.Name);
        }
        return names;
    }

    private static double ExternalRate(Board board) => board.Memory(MemoryLevel.External).BytesPerSecond.Value;

    private static double? EscapeSeconds(WeightInfo weight, Board board) =>
        weight.Format.EscapeShare is { } share && board.UnitFor(null, WorkKind.Product, weight.Format, weight.Columns, null, oneToken: true) is { } unit
            ? Operations(weight) / (RateFromMemory * unit.RateOf(share))
            : null;

    private static double UnpackSeconds(WeightInfo weight, Board board) =>
        board.UnitFor(null, WorkKind.Unpack, null, 0, null, oneToken: true) is { } unit ? weight.PlainRowBytes * weight.Rows / unit.Rate : 0;

    private static double Operations(WeightInfo weight) => 2.0 * weight.Rows * weight.Columns;

    private static double ComputeSeconds(WeightInfo weight, Board board) =>
        Operations(weight) / (board.UnitFor(null, WorkKind.Product, weight.Format, weight.Columns, null, oneToken: true) ?? WorkPrice.FloatUnit(board, oneToken: true)).Rate;
}
