using Temoto.Plans;

namespace Temoto.Simulation.Exploration;

/// <summary>A board with our core in another size. A template's own parameters give the template back.</summary>
internal static class CoreBoard
{
    /// <summary>Cycles of a group of int8 weights per port: bytes alone, its scale is the matrix's.</summary>
    private const int Int8TileCycles = 16;

    /// <summary>What of ports and DDR is narrower, in bytes per second.</summary>
    public static double Carried(Board template, CoreParameters parameters) =>
        Math.Min(parameters.PortBytesPerSecond, PeakBytesPerSecond(template));

    /// <summary>What the memory's pins carry; infinite where the template does not say.</summary>
    public static double PeakBytesPerSecond(Board template) => template.Memory(MemoryLevel.External).PeakBytesPerSecond?.Value ?? double.PositiveInfinity;

    public static Board Of(Board template, CoreParameters parameters)
    {
        var own = CoreParameters.Of(template);
        var core = template.Devices[0];
        return template with
        {
            Description = own == parameters ? template.Description : $"{template.Description} Here in another size: {parameters}.",
            Devices = [Device(core, own, parameters), .. template.Devices.Skip(1)],
            Memories = [.. template.Memories.Select(memory => Memory(memory, template, own, parameters))],
            Units = [.. template.Units.Where(unit => unit.Device == core.Name).Select(unit => Resized(unit, own, parameters)), .. template.Units.Where(unit => unit.Device != core.Name)],
        };
    }

    private static BoardDevice Device(BoardDevice core, CoreParameters own, CoreParameters parameters) => core with
    {
        LaunchSeconds = Scaled(core.LaunchSeconds, own.ClockHz / parameters.ClockHz),
        ClockHz = core.ClockHz is { } clock ? Sized(clock, parameters.ClockHz) : null,
        Tiling = Tiles(core.Tiling, own, parameters),
        Pipeline = core.Pipeline is { } pipeline ? Lanes(pipeline, own, parameters) : null,
    };

    /// <summary>Where a template's runs are one pass of its lanes, so are those of its variants; longer runs hold weights on the chip and are left as they are.</summary>
    private static Tiling Tiles(Tiling tiling, CoreParameters own, CoreParameters parameters)
    {
        var rows = tiling with
        {
            RowMultiple = Math.Max(1, tiling.RowMultiple * parameters.Ports / own.Ports),
            UnitRows = tiling.UnitRows * parameters.Ports / own.Ports,
        };
        return tiling.RunTokens != own.Lanes ? rows : rows with
        {
            RunTokens = parameters.Lanes,
            TphsTokens = parameters.Lanes,
            ProjectionTokens = parameters.Lanes,
            GemmTokens = parameters.Lanes,
            AttentionQueries = Math.Max(1, tiling.AttentionQueries * parameters.Lanes / own.Lanes),
        };
    }

    /// <summary>Lanes of dot products and of weighted rows in the template's proportion, one of each at least; a lone lane takes turns, which is no pipeline.</summary>
    private static BoardPipeline? Lanes(BoardPipeline pipeline, CoreParameters own, CoreParameters parameters)
    {
        if (parameters.Lanes < 2)
            return null;
        var rowLanes = Math.Max(1, (int)Math.Round(pipeline.RowElements.Value / own.Elements * parameters.Lanes));
        return new BoardPipeline(
            Sized(pipeline.DotElements, parameters.Ports * (parameters.Lanes - rowLanes)),
            Sized(pipeline.RowElements, parameters.Ports * rowLanes));
    }

    private static BoardMemory Memory(BoardMemory memory, Board template, CoreParameters own, CoreParameters parameters)
    {
        var carried = Carried(template, parameters) / Carried(template, own);
        return memory.Level switch
        {
            MemoryLevel.OnChip => memory with
            {
                Bytes = Sized(memory.Bytes, parameters.BufferBytes),
                BytesPerSecond = Scaled(memory.BytesPerSecond, parameters.ClockHz / own.ClockHz),
            },
            MemoryLevel.External => memory with
            {
                BytesPerSecond = Scaled(memory.BytesPerSecond, carried),
                WriteBytesPerSecond = memory.WriteBytesPerSecond is { } write ? Scaled(write, carried) : null,
                Ports = memory.Ports is { } ports ? Sized(ports, parameters.Ports) : null,
            },
            _ => memory with { BytesPerSecond = Scaled(memory.BytesPerSecond, carried) },
        };
    }

    private static BoardUnit Resized(BoardUnit unit, CoreParameters own, CoreParameters parameters)
    {
        var (ports, lanes) = (parameters.Ports / (double)own.Ports, parameters.Lanes / (double)own.Lanes);
        var clock = parameters.ClockHz / own.ClockHz;
        var clocked = unit with { ClockHz = unit.ClockHz is { } hertz ? Sized(hertz, parameters.ClockHz) : null };
        return unit.Work switch
        {
            WorkKind.Product when unit.Tile is { } tile => ForWeights(clocked with { Tile = tile with { Rows = Whole(tile.Rows * ports), Tokens = Whole(tile.Tokens * lanes) } }, own, parameters),
            // The ports bring a position's elements together.
            WorkKind.Attention when unit.Tile is { } tile => clocked with { Tile = tile with { Columns = Whole(tile.Columns * ports), Tokens = Whole(tile.Tokens * lanes) } },
            WorkKind.Product or WorkKind.Attention => clocked with { ProcessingElements = Sized(unit.ProcessingElements!, Whole(unit.ProcessingElements!.Value * ports * lanes)) },
            WorkKind.Softmax or WorkKind.Norm => unit with { OperationsPerSecond = Scaled(unit.OperationsPerSecond!, lanes * clock) },
            WorkKind.Unpack => unit with { OperationsPerSecond = Scaled(unit.OperationsPerSecond!, ports * clock) },
            _ => unit with { OperationsPerSecond = Scaled(unit.OperationsPerSecond!, ports * lanes * clock) },
        };
    }

    /// <summary>The unit for int4 weights of a template that has none for int8, taking bytes: half as many rows in a beat.</summary>
    private static BoardUnit ForWeights(BoardUnit unit, CoreParameters own, CoreParameters parameters) =>
        (own.Weights, unit.Operands[0], parameters.Weights) != (NumberType.Int4, NumberType.Int4, NumberType.Int8) ? unit : unit with
        {
            Operands = [NumberType.Int8],
            TakesZeroPoints = false,
            Tile = unit.Tile! with { Rows = Whole(unit.Tile.Rows / 2.0), Cycles = new Figure(Int8TileCycles, "cycles", Evidence.Assumed, "Temoto core, by design; no RTL has confirmed it yet: 4 rows of 64 bytes per port") },
        };

    private static int Whole(double value) => Math.Max(1, (int)Math.Round(value));

    private static Figure Scaled(Figure figure, double ratio) => Sized(figure, figure.Value * ratio);

    private static Figure Sized(Figure figure, double value) => value == figure.Value
        ? figure
        : figure with { Value = value, Evidence = figure.Evidence < Evidence.Computed ? Evidence.Computed : figure.Evidence, Source = $"{figure.Source}; for this size of the core" };
}
