using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>A board with another bandwidth or another number of processing elements: what sweeps go through.</summary>
internal static class BoardVariant
{
    private const double BytesPerSecondPerGbps = 1e9 / 8;

    /// <summary>The board's own bandwidth, in gigabits per second.</summary>
    public static double BandwidthGbps(Board board) => board.Memory(MemoryLevel.External).BytesPerSecond.Value / BytesPerSecondPerGbps;

    /// <summary>The same board whose memory gives <paramref name="gbps"/> gigabits per second, read or written.</summary>
    public static Board WithBandwidth(Board board, double gbps) => board.WithExternalMemory(memory => memory with
    {
        BytesPerSecond = new Figure(gbps * BytesPerSecondPerGbps, "B/s", Evidence.Assumed, "as asked for"),
        WriteBytesPerSecond = null,
        PeakBytesPerSecond = null,
    });

    /// <summary>Processing elements of a board whose elements form pipelines; null for others.</summary>
    public static int? Elements(Board board) =>
        board.Devices.FirstOrDefault(device => device.Pipeline is not null)?.Pipeline is { } pipeline ? (int)(pipeline.DotElements.Value + pipeline.RowElements.Value) : null;

    /// <summary>
    /// The same board with another number of elements, which dot products and weighted rows share as before, in parts of an element too; units at the outputs grow with them, those of
    /// softmax and norms do not.
    /// </summary>
    /// <exception cref="InvalidOperationException">Its elements form no pipelines.</exception>
    public static Board WithElements(Board board, int elements)
    {
        var all = Elements(board) ?? throw new InvalidOperationException($"{board.Name} has no pipelines of elements");
        var device = board.Devices.First(candidate => candidate.Pipeline is not null);
        var share = elements / (double)all;
        var pipeline = new BoardPipeline(Asked(device.Pipeline!.DotElements.Value * share, "1"), Asked(device.Pipeline.RowElements.Value * share, "1"));
        return board with
        {
            Devices = [.. board.Devices.Select(candidate => candidate == device ? device with { Pipeline = pipeline } : candidate)],
            Units = [.. board.Units.Select(unit => unit.Device == device.Name ? Scaled(unit, share) : unit)],
        };
    }

    private static BoardUnit Scaled(BoardUnit unit, double share) => unit.Work switch
    {
        WorkKind.Product or WorkKind.Attention when unit.Tile is { } tile => unit with { Tile = tile with { Rows = Math.Max(1, (int)Math.Round(tile.Rows * share)) } },
        WorkKind.Product or WorkKind.Attention => unit with { ProcessingElements = Asked(Math.Max(1, Math.Round(unit.ProcessingElements!.Value * share)), "1") },
        WorkKind.Elementwise => unit with { OperationsPerSecond = Asked(unit.OperationsPerSecond!.Value * share, "op/s") },
        _ => unit,
    };

    private static Figure Asked(double value, string unit) => new(value, unit, Evidence.Assumed, "as asked for");
}
