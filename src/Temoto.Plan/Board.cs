using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>Where a figure comes from, the strongest evidence first.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Evidence>))]
public enum Evidence
{
    /// <summary>By this program on that machine.</summary>
    Measured,

    /// <summary>By the maker or in a paper, which <see cref="Figure.Source"/> names.</summary>
    Published,

    /// <summary>From other figures, as <see cref="Figure.Source"/> says.</summary>
    Computed,

    /// <summary>By us; <see cref="Figure.Source"/> says why.</summary>
    Assumed,
}

/// <summary>A figure of a board with all that makes it checkable.</summary>
/// <param name="Unit">"B", "B/s", "op/s" (a multiplication or an addition each), "Hz", "s", "cycles", "W", "J/op", "J/B", "USD" or "1".</param>
/// <param name="Source">Data sheet, paper, command, or the reasoning.</param>
public sealed record Figure(double Value, string Unit, Evidence Evidence, string Source);

/// <summary>How far a memory is from the units.</summary>
[JsonConverter(typeof(SnakeCaseEnum<MemoryLevel>))]
public enum MemoryLevel
{
    /// <summary>Beside a worker: a core's second-level cache, an accelerator's buffers. What stays here is not traffic.</summary>
    OnChip,

    /// <summary>Shared by all workers, still on the chip; 0 bytes where there is none.</summary>
    Shared,

    /// <summary>DRAM.</summary>
    External,
}

/// <summary>One memory of a board.</summary>
/// <param name="Bytes">Of one worker for <see cref="MemoryLevel.OnChip"/>.</param>
/// <param name="BytesPerSecond">What all workers get together when they read in long rows.</param>
public sealed record BoardMemory(string Name, MemoryLevel Level, Figure Bytes, Figure BytesPerSecond)
{
    /// <summary>What writing gets, where it differs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? WriteBytesPerSecond { get; init; }

    /// <summary>Bytes that come at once; a shorter access takes as long.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? BurstBytes { get; init; }

    /// <summary>Ports that read side by side.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? Ports { get; init; }

    /// <summary>What the memory's pins carry; <see cref="BytesPerSecond"/> is what is left of it by refresh, opening of rows and ports.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? PeakBytesPerSecond { get; init; }

    /// <summary>Bytes per second while writing.</summary>
    [JsonIgnore]
    public double WriteRate => (WriteBytesPerSecond ?? BytesPerSecond).Value;
}

/// <summary>How a device's work is cut: sizes that its units, buffers or kernels want.</summary>
/// <param name="OneTokenBytes">Weight bytes of a chunk when one token is computed.</param>
/// <param name="SequencesBytes">The same for a token of each of several sequences.</param>
/// <param name="RowMultiple">Rows of a weight that many tokens share are a multiple of it.</param>
/// <param name="ChunksPerWorker">Chunks of a matrix product that each worker should find.</param>
/// <param name="TphsTokens">Tokens of a chunk of TPHS.</param>
/// <param name="ProjectionTokens">Tokens of a chunk of the projections to heads.</param>
/// <param name="GemmTokens">Tokens of a chunk of attention in GEMM mode.</param>
/// <param name="AttentionQueries">Queries (tokens times heads of a group) attended together.</param>
/// <param name="AttentionPositions">Positions of the cache read together.</param>
/// <param name="PiecePositions">Positions of a piece of a cache that workers share for one token.</param>
public sealed record Tiling(
    int OneTokenBytes,
    int SequencesBytes,
    int RowMultiple,
    int ChunksPerWorker,
    int TphsTokens,
    int ProjectionTokens,
    int GemmTokens,
    int AttentionQueries,
    int AttentionPositions,
    int PiecePositions)
{
    /// <summary>Rows of a weight that the unit multiplies at once, of which a chunk takes whole multiples; 0 where any number is as good.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int UnitRows { get; init; }

    /// <summary>Tokens of a prompt that are computed in one run at most; 0 where it is all the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int RunTokens { get; init; }
}

/// <summary>How moving bytes and computing share the time of a step.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Overlap>))]
public enum Overlap
{
    /// <summary>Operands of the next tile move while this one is computed: the longer of the two counts.</summary>
    DoubleBuffered,

    /// <summary>Operands are fetched, then multiplied, then results stored: the three add up.</summary>
    Additive,
}

/// <summary>
/// How processing elements share the work of TPHS (MEADOW, arXiv 2503.11663): some multiply rows with columns (query projection, queries times keys), others a number with a row
/// (probabilities times values), with softmax between them; the tokens follow each other through the three.
/// </summary>
/// <param name="DotElements">Elements that project queries and meet keys.</param>
/// <param name="RowElements">Elements that add up values: as many pipelines as there are of them.</param>
public sealed record BoardPipeline(Figure DotElements, Figure RowElements);

/// <summary>Something that carries steps out.</summary>
/// <param name="Workers">Threads or accelerator instances that work side by side.</param>
/// <param name="LaunchSeconds">To begin and end a step on it.</param>
public sealed record BoardDevice(string Name, Figure Workers, Figure LaunchSeconds, Tiling Tiling)
{
    /// <summary>How moving bytes and computing share the time of a step.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Overlap Overlap { get; init; }

    /// <summary>Of an accelerator whose elements form pipelines in TPHS.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public BoardPipeline? Pipeline { get; init; }

    /// <summary>Cycles per second in which its steps are counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? ClockHz { get; init; }
}

/// <summary>
/// A piece of a product that a unit takes at once: [Rows, Columns] weights times [Tokens, Columns] activations in <paramref name="Cycles"/>. Edges take as long as whole tiles. Of
/// attention, rows are positions, columns elements of a head and tokens the queries that meet them together.
/// </summary>
public sealed record UnitTile(int Rows, int Columns, int Tokens, Figure Cycles)
{
    /// <summary>Cycles to begin and end a row of tiles: what the columns of <see cref="Rows"/> outputs share.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? CallCycles { get; init; }

    /// <summary>Seconds to begin and end such a row where somebody else starts each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? CallSeconds { get; init; }
}

/// <summary>For how many tokens at a time a rate holds.</summary>
[JsonConverter(typeof(SnakeCaseEnum<TokenCount>))]
public enum TokenCount
{
    /// <summary>Any number.</summary>
    Any,

    /// <summary>One, or one of each of several sequences.</summary>
    One,

    /// <summary>Many.</summary>
    Many,
}

/// <summary>What a device computes, in which formats, at what rate: operations per second, or processing elements times lanes times clock (two operations each).</summary>
/// <param name="Device">The name of a <see cref="BoardDevice"/>.</param>
/// <param name="Operands">Types of the weight, or of the cache; empty for any.</param>
/// <param name="Activations">Formats of what meets them, the preferred one first; empty for float32.</param>
public sealed record BoardUnit(string Device, WorkKind Work, Items<NumberType> Operands, Items<Format> Activations, TokenCount Tokens)
{
    /// <summary>Rows this unit multiplies are packed so; none for plain ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RowPacking Packing { get; init; }

    /// <summary>Columns of a weight are a multiple of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? ColumnMultiple { get; init; }

    /// <summary>Groups of columns with a scale in a plane of their own are a multiple of it, or whole rows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? GroupMultiple { get; init; }

    /// <summary>It takes weights with zero points; where it is not said, it does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool? TakesZeroPoints { get; init; }

    /// <summary>The rate of all workers together.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? OperationsPerSecond { get; init; }

    /// <summary>The same for packed rows with escapes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? EscapedOperationsPerSecond { get; init; }

    /// <summary>Multiply-accumulate elements of an accelerator.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? ProcessingElements { get; init; }

    /// <summary>Products of one element per cycle.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? LanesPerElement { get; init; }

    /// <summary>Cycles per second.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? ClockHz { get; init; }

    /// <summary>What it takes at once, of a unit that works in tiles.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UnitTile? Tile { get; init; }

    /// <summary>The work is done on the way from memory to the other units: it takes time only where it is slower than what comes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool InStream { get; init; }

    /// <summary>Of attention: scores of positions that a token does not see are computed too, and masked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ComputesUnseen { get; init; }

    /// <summary>Elementwise work: what happens to the elements, also as the epilogue of another step. A unit without it does what no other names, and epilogues in passing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Epilogue? Pass { get; init; }

    /// <summary>The function of activations and gates that the rate is of; null for any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Activation? Function { get; init; }

    /// <summary>Attention: queries that meet the cache together. Several units that differ by it alone are points of one curve; what a mask hides of a tile is computed too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? Queries { get; init; }

    /// <summary>Of moving bytes and computing, the share of the shorter that hides behind the longer; where it is not said, all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? Overlap { get; init; }

    /// <summary>Operations per second, however they are stated, in whole tiles; bytes per second for <see cref="WorkKind.Unpack"/>.</summary>
    [JsonIgnore]
    public double Rate => OperationsPerSecond?.Value
        ?? 2 * ClockHz!.Value * (Tile is { } tile ? (double)tile.Rows * tile.Columns * tile.Tokens / tile.Cycles.Value : ProcessingElements!.Value * LanesPerElement!.Value);

    /// <summary>What <see cref="Rate"/> is worked out from.</summary>
    [JsonIgnore]
    public IEnumerable<Figure> RateFigures => new[] { OperationsPerSecond, ProcessingElements, LanesPerElement, Tile?.Cycles, ClockHz }.OfType<Figure>();

    /// <summary>Operations per second on rows of which a share has escapes.</summary>
    public double RateOf(double escapeShare) => EscapedOperationsPerSecond is { } escaped ? 1 / (escapeShare / escaped.Value + (1 - escapeShare) / Rate) : Rate;
}

/// <summary>A way between devices, or between a device and memory, that has a rate of its own.</summary>
public sealed record BoardLink(string From, string To, Figure BytesPerSecond, Figure SetupSeconds);

/// <summary>Power: what the board takes at rest, and what work adds.</summary>
public sealed record BoardPower(Figure IdleWatts, Figure JoulesPerOperation, Figure JoulesPerExternalByte)
{
    /// <summary>Of a byte that is read or written on the chip.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? JoulesPerOnChipByte { get; init; }
}

/// <summary>How activations lie in memory between steps, on a board where they are no floats, and whether they stay on the chip.</summary>
/// <param name="Activations">Of everything a step hands to another.</param>
/// <param name="Intermediates">Of queries, scores and probabilities that attention stores.</param>
/// <param name="KeepsBetweenSteps">What fits stays on the chip from step to step; otherwise each step fetches what it reads and stores what it writes.</param>
public sealed record BoardStorage(Format Activations, Format Intermediates, bool KeepsBetweenSteps);

/// <summary>Which machine and setting a host's figures are for.</summary>
/// <param name="Processor">With family and model where the system says them.</param>
/// <param name="Kernels">The kernel set.</param>
public sealed record HostIdentity(string Processor, string Kernels, int Threads);

/// <summary>
/// A machine as the planner sees it: memories, devices, units with rates, links, power. The computer this runs on is one board among others. Plain data, one strict JSON file.
/// </summary>
/// <param name="Devices">Preferred ones first; the last takes what no unit of the others can.</param>
/// <param name="Units">The first that takes a piece of work counts.</param>
public sealed record Board(string Name, string Description, Items<BoardDevice> Devices, Items<BoardMemory> Memories, Items<BoardUnit> Units)
{
    /// <summary>Ways with a rate of their own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Items<BoardLink>? Links { get; init; }

    /// <summary>Power, where it is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public BoardPower? Power { get; init; }

    /// <summary>How activations lie between steps; null for floats that stay where they fit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public BoardStorage? Storage { get; init; }

    /// <summary>What the board costs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Figure? Price { get; init; }

    /// <summary>Of the computer this runs on: what the figures were measured with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public HostIdentity? Host { get; init; }

    /// <summary>The weakest evidence that a rate of products rests on.</summary>
    [JsonIgnore]
    public Evidence RateEvidence => Units.Where(unit => unit.Work == WorkKind.Product).SelectMany(unit => unit.RateFigures).Max(figure => figure.Evidence);

    /// <summary>The memory of a level.</summary>
    public BoardMemory Memory(MemoryLevel level) => Memories.First(memory => memory.Level == level);

    /// <summary>Bytes of a level; 0 where there is none.</summary>
    public long BytesOf(MemoryLevel level) => (long)(Memories.FirstOrDefault(memory => memory.Level == level)?.Bytes.Value ?? 0);

    /// <summary>A device by name.</summary>
    public BoardDevice Device(string name) => Devices.First(device => device.Name == name);

    /// <summary>The device that takes everything.</summary>
    [JsonIgnore]
    public BoardDevice LastDevice => Devices[Devices.Count - 1];

    /// <summary>The unit that takes a piece of work, or null.</summary>
    /// <param name="device">Null for any.</param>
    /// <param name="operand">Format of the weight or the cache; null where there is none.</param>
    /// <param name="activations">Format of what meets it; null for any.</param>
    /// <param name="columns">Of the weight.</param>
    public BoardUnit? UnitFor(string? device, WorkKind work, Format? operand, long columns, Format? activations, bool oneToken)
    {
        foreach (var unit in Units.Span)
        {
            if (unit.Work == work
                && (device is null || unit.Device == device)
                && (unit.Tokens == TokenCount.Any || unit.Tokens == TokenCount.One == oneToken)
                && (operand is null || Takes(unit, operand, columns))
                && (activations is null || TakesActivations(unit, activations, columns)))
            {
                return unit;
            }
        }
        return null;
    }

    /// <summary>The same board without the units that multiply integer activations.</summary>
    public Board WithFloatActivations() => this with { Units = [.. Units.Where(unit => unit.Activations is not [{ IsInteger: true }, ..])] };

    /// <summary>The same board with another external memory.</summary>
    public Board WithExternalMemory(Func<BoardMemory, BoardMemory> change) =>
        this with { Memories = [.. Memories.Select(memory => memory.Level == MemoryLevel.External ? change(memory) : memory)] };

    /// <summary>The strict JSON form, which <see cref="FromJson"/> reads back to an equal board.</summary>
    public string ToJson() => PlanJson.Write(this);

    /// <summary>Reads a board. Unknown, missing and duplicate members are refused, and figures that cannot be.</summary>
    /// <exception cref="FormatException">The message says where and why.</exception>
    public static Board FromJson(string json)
    {
        var board = PlanJson.ReadBoard(json);
        BoardCheck.Check(board);
        return board;
    }

    private static bool Takes(BoardUnit unit, Format operand, long columns) =>
        (unit.Operands.Count == 0 || unit.Operands.Contains(operand.Type))
        && unit.Packing == (operand.Packing == RowPacking.Decoded ? RowPacking.None : operand.Packing)
        && (unit.ColumnMultiple is not { } multiple || columns % multiple == 0)
        && (unit.GroupMultiple is not { } group || operand.Group == 0 || operand.Group % group == 0 || operand.Group >= columns)
        && (unit.TakesZeroPoints != false || !operand.HasZeroPoints);

    private static bool TakesActivations(BoardUnit unit, Format activations, long columns)
    {
        if (unit.Activations.Count == 0)
            return !activations.IsInteger;
        foreach (var format in unit.Activations.Span)
        {
            // A group as wide as the row, or wider, is the whole row.
            if (format.Type == activations.Type && (format.Group == activations.Group || (format.Group >= columns && activations.Group >= columns)))
                return true;
        }
        return false;
    }
}
