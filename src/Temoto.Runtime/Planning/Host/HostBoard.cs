using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Plans;
using Temoto.Tensors.Panels;

namespace Temoto.Planning.Host;

/// <summary>The rates of this machine with some kernels and threads, all at work together.</summary>
/// <param name="ReadBytesPerSecond">Bytes read from memory beyond all caches.</param>
/// <param name="CacheBytesPerSecond">Bytes read from the last-level cache.</param>
/// <param name="OneTokenInt4">Multiplications and additions per second of a matrix-vector product with int4 weights that lie in cache: what arithmetic alone allows.</param>
/// <param name="OneTokenInt8">The same with int8 weights.</param>
/// <param name="IdsInt4">The same with int4 weights in the escape code, rows without escapes, which are multiplied as they lie where the kernels can.</param>
/// <param name="IdsInt8">The same with int8 weights.</param>
/// <param name="EscapesInt4">The same with int4 weights, rows with escapes.</param>
/// <param name="EscapesInt8">The same with int8 weights.</param>
/// <param name="ManyTokensInt4">A matrix product with int4 weights and many tokens.</param>
/// <param name="ManyTokensInt8">The same with int8 weights.</param>
/// <param name="Float">A float32 matrix product of many tokens; attention's rate.</param>
/// <param name="UnpackBytesPerSecond">Plain bytes that come out of rows packed by a prefix code.</param>
/// <param name="LaunchSeconds">Opening and closing one parallel region.</param>
internal sealed record HostRates(
    double ReadBytesPerSecond,
    double CacheBytesPerSecond,
    double OneTokenInt4,
    double OneTokenInt8,
    double IdsInt4,
    double IdsInt8,
    double EscapesInt4,
    double EscapesInt8,
    double ManyTokensInt4,
    double ManyTokensInt8,
    double Float,
    double UnpackBytesPerSecond,
    double LaunchSeconds)
{
    /// <summary>Attention over a cache of floats; empty where only <see cref="Float"/> is known.</summary>
    public Items<AttentionRate> FloatAttention { get; init; } = [];

    /// <summary>Attention in integers over an int8 cache; empty where kernels have none, or only <see cref="Float"/> is known.</summary>
    public Items<AttentionRate> IntegerAttention { get; init; } = [];

    /// <summary>What steps do beside products; null where it is not known and counts for nothing.</summary>
    public PassRates? Passes { get; init; }

    /// <summary>A matrix-vector product with bfloat16 weights that lie in cache; null where it is not known and counts as <see cref="Float"/>.</summary>
    public double? OneTokenBfloat16 { get; init; }

    /// <summary>One token and int4 weights that come from memory: the share of the shorter of reading and multiplying that hides behind the longer; null for all.</summary>
    public double? OverlapInt4 { get; init; }

    /// <summary>The same with int8 weights.</summary>
    public double? OverlapInt8 { get; init; }

    /// <summary>The same with bfloat16 weights.</summary>
    public double? OverlapBfloat16 { get; init; }
}

/// <summary>The board of the machine this runs on: the measured file where one fits, else figures that are typical of such kernels.</summary>
internal static class HostBoard
{
    private const string Device = "cpu";

    private static readonly Items<NumberType> NibbleBlocks = [NumberType.Q4_0, NumberType.Q4_1, NumberType.Q4_K];

    private static readonly Items<NumberType> ByteBlocks = [NumberType.Q8_0, NumberType.Q5_0, NumberType.Q5_K, NumberType.Q6_K];

    /// <summary>
    /// The file of <see cref="BoardFile.HostPath"/> if it was written on this kind of processor, with these kernels and as many threads; else <see cref="Assumed"/>.
    /// </summary>
    /// <param name="integers">Whether activations are integers where kernels multiply integers.</param>
    /// <exception cref="InputException">There is a file, and it is no board.</exception>
    public static Board Get(KernelSet kernels, int threads, bool integers) => Get(kernels, threads, integers, BoardFile.HostPath);

    public static Board Get(KernelSet kernels, int threads, bool integers, string? path)
    {
        if (Environment.GetEnvironmentVariable(BoardFile.EnvironmentVariable) is { Length: > 0 } named && named == path && !File.Exists(path))
            throw new InputException(BoardFile.EnvironmentVariable, null, $"'{path}', which is not there", "a board file", "run 'temoto bench --calibrate', which writes it, or unset the variable");
        var board = File.Exists(path) && BoardFile.Read(path) is var read && read.Host == Identity(kernels, threads) ? read : Assumed(kernels, threads);
        return integers ? board : board.WithFloatActivations();
    }

    /// <summary>
    /// Assumed: a laptop's memory (12 GB/s for one thread, 40 GB/s for all), and per thread the rates that one core of a 2024 server reached with these kernels, rounded down.
    /// </summary>
    public static Board Assumed(KernelSet kernels, int threads)
    {
        // Billions per second and thread: one token int4, int8, the same packed; many tokens int4, int8; float.
        var (one4, one8, packed4, packed8, many4, many8, single) = kernels.Name switch
        {
            "avx512vnni" => (40, 60, 30.0, 40.0, 500, 500, 80),
            "avx512" => (40, 60, 20, 20, 350, 250, 80),
            "avxvnni" => (40, 60, 1, 0.5, 200, 250, 50),
            "avx2" => (15, 20, 1, 0.5, 50, 50, 40),
            "vector128" => (8, 10, 1, 0.5, 15, 15, 15),
            _ => (1, 1, 0.5, 0.3, 1, 1, 1),
        };
        // Without byte shuffles, rows are unpacked a byte at a time, whatever else the kernels do.
        if (!Processor.HasByteShuffles)
            (packed4, packed8) = (Math.Min(packed4, 1), Math.Min(packed8, 0.5));
        var all = 1e9 * threads;
        var rates = new HostRates(
            ReadBytesPerSecond: Math.Min(12e9 * threads, 40e9),
            CacheBytesPerSecond: 30e9 * threads,
            one4 * all,
            one8 * all,
            packed4 * all,
            packed8 * all,
            packed4 * all,
            packed8 * all,
            many4 * all,
            many8 * all,
            single * all,
            UnpackBytesPerSecond: all,
            LaunchSeconds: threads == 1 ? 0 : 2e-6);
        rates = rates with
        {
            FloatAttention = AssumedAttention(single * all),
            IntegerAttention = kernels.IntegerAttention is null ? [] : AssumedAttention(single * all),
            Passes = AssumedPasses(single * all),
        };
        return Of(kernels, threads, rates, Evidence.Assumed, "typical of such kernels and a laptop's memory, rounded down");
    }

    /// <summary>Assumed: a query alone multiplies a sixteenth as fast as it is done with many of them, and products that softmax interrupts reach two thirds of others.</summary>
    private static Items<AttentionRate> AssumedAttention(double single) => [.. AttentionRate.Points.Select(queries => new AttentionRate(queries, single * Math.Min(queries / 16.0, 2 / 3.0)))];

    /// <summary>Assumed: in the time of a product's multiplication and addition of floats, what exponentials, roots and simple passes took beside it on one core of a server, rounded up.</summary>
    private static PassRates AssumedPasses(double single) => new(
        Softmax: single / 100, RmsNorm: single / 15, HeadNorm: single / 30, Add: single / 25, Relu: single / 15, Gelu: single / 150, SiluGate: single / 120, Round: single / 50, Rotary: single / 10,
        StoreHalf: single / 100, StoreInt8: single / 150);

    /// <summary>The board with these rates.</summary>
    public static Board Of(KernelSet kernels, int threads, HostRates rates, Evidence evidence, string source)
    {
        var single = Rate(rates.Float);
        var attention = single with { Evidence = evidence == Evidence.Measured ? Evidence.Assumed : evidence, Source = "the rate of float products" };
        var others = new HostUnits(Device, evidence, source);
        var units = new List<BoardUnit>();
        if (kernels.Integers is not null)
        {
            // Where groups have scales in a plane of their own, kernels want whole blocks of 32 columns; int8 with zero points needs nine bits.
            units.Add(Integers([NumberType.Int4], TokenCount.One, rates.OneTokenInt4) with { GroupMultiple = QuantizedRow.BlockColumns });
            units.Add(Integers([NumberType.Int4], TokenCount.Many, rates.ManyTokensInt4) with { GroupMultiple = QuantizedRow.BlockColumns });
            units.Add(Integers([NumberType.Int8], TokenCount.One, rates.OneTokenInt8) with { GroupMultiple = QuantizedRow.BlockColumns, TakesZeroPoints = false });
            units.Add(Integers([NumberType.Int8], TokenCount.Many, rates.ManyTokensInt8) with { GroupMultiple = QuantizedRow.BlockColumns, TakesZeroPoints = false });
            units.Add(Integers(NibbleBlocks, TokenCount.One, rates.OneTokenInt4));
            units.Add(Integers(NibbleBlocks, TokenCount.Many, rates.ManyTokensInt4));
            units.Add(Integers(ByteBlocks, TokenCount.One, rates.OneTokenInt8));
            units.Add(Integers(ByteBlocks, TokenCount.Many, rates.ManyTokensInt8));
            units.Add(Integers([NumberType.Int4], TokenCount.One, rates.IdsInt4) with { Packing = RowPacking.Escape, EscapedOperationsPerSecond = Rate(rates.EscapesInt4) });
            units.Add(Integers([NumberType.Int8], TokenCount.One, rates.IdsInt8) with { Packing = RowPacking.Escape, EscapedOperationsPerSecond = Rate(rates.EscapesInt8) });
        }
        units = units.ConvertAll(WithOverlap);
        units.AddRange(others.Attention(rates.IntegerAttention, integers: true));
        if (kernels.IntegerAttention is not null && rates.IntegerAttention.Count == 0)
        {
            units.Add(new BoardUnit(Device, WorkKind.Attention, [NumberType.Int8], [Format.Int8Blocks], TokenCount.Any)
            {
                ColumnMultiple = IntegerAttention.DimensionMultiple,
                OperationsPerSecond = attention,
            });
        }
        if (rates.OneTokenBfloat16 is { } bfloat16)
            units.Add(new BoardUnit(Device, WorkKind.Product, [NumberType.Bfloat16], [], TokenCount.One) { OperationsPerSecond = Rate(bfloat16), Overlap = Share(rates.OverlapBfloat16) });
        units.Add(new BoardUnit(Device, WorkKind.Product, [], [], TokenCount.Any) { OperationsPerSecond = single });
        units.AddRange(others.Attention(rates.FloatAttention, integers: false));
        if (rates.FloatAttention.Count == 0)
            units.Add(new BoardUnit(Device, WorkKind.Attention, [], [], TokenCount.Any) { OperationsPerSecond = attention });
        if (rates.Passes is not null)
            units.AddRange(others.Passes(rates.Passes));
        units.Add(new BoardUnit(Device, WorkKind.Unpack, [], [], TokenCount.Any) { OperationsPerSecond = new Figure(rates.UnpackBytesPerSecond, "B/s", evidence, source) });
        const string system = "what the operating system says";
        var sizes = HostProcessor.CachesAreKnown ? Evidence.Measured : Evidence.Assumed;
        return new Board(
            HostProcessor.Name,
            "this computer",
            [new BoardDevice(Device, new Figure(threads, "1", Evidence.Measured, "as asked for"), new Figure(rates.LaunchSeconds, "s", evidence, source), TilingOf(kernels))],
            [
                new BoardMemory("second-level cache of a core", MemoryLevel.OnChip, new Figure(HostProcessor.SecondLevelBytes, "B", sizes, system), Bytes(rates.CacheBytesPerSecond)),
                new BoardMemory("last-level cache", MemoryLevel.Shared, new Figure(HostProcessor.LastLevelBytes, "B", sizes, system), Bytes(rates.CacheBytesPerSecond)),
                new BoardMemory("memory", MemoryLevel.External, new Figure(PhysicalMemory.TotalBytes(), "B", Evidence.Measured, system), Bytes(rates.ReadBytesPerSecond)),
            ],
            [.. units])
        {
            Host = Identity(kernels, threads),
        };

        Figure Rate(double value) => new(value, "op/s", evidence, source);

        // What many tokens do is known not to hide; of one token, what was measured.
        BoardUnit WithOverlap(BoardUnit unit) => unit with
        {
            Overlap = unit.Tokens == TokenCount.Many
                ? rates.Passes is null ? null : HostUnits.NothingHides
                : Share(unit.Operands.Contains(NumberType.Int4) || unit.Operands.Equals(NibbleBlocks) ? rates.OverlapInt4 : rates.OverlapInt8),
        };

        Figure? Share(double? share) => share is { } known ? new Figure(known, "1", evidence, source) : null;

        Figure Bytes(double value) => new(value, "B/s", evidence, source);

        BoardUnit Integers(Items<NumberType> types, TokenCount tokens, double rate) => new(Device, WorkKind.Product, types, [Format.Int8Blocks], tokens)
        {
            ColumnMultiple = QuantizedRow.BlockColumns,
            OperationsPerSecond = Rate(rate),
        };
    }

    /// <summary>Of weights that one token meets in a chunk.</summary>
    public const int OneTokenBytes = 64 * 1024;

    /// <summary>
    /// 64 KiB of weights: small enough that a stolen core delays little, large enough that a chunk outweighs its atomic increment; twice that for several sequences, whose activations
    /// each chunk puts in order first. 128 tokens of TPHS: their queries for a group of heads stay in the core's cache, and the head's rows of the query weight, decoded once per chunk,
    /// serve all of them. 128 queries attended together: they, their outputs and their scores of 64 positions are 96 KiB with heads of 64. Later tokens see more positions: chunks of
    /// GEMM attention are kept short. Whole panels of rows. None depends on the number of threads, which must not change a result.
    /// </summary>
    private static Tiling TilingOf(KernelSet kernels) => new(
        OneTokenBytes,
        SequencesBytes: 128 * 1024,
        RowMultiple: 32,
        ChunksPerWorker: 6,
        TphsTokens: 128,
        ProjectionTokens: 256,
        GemmTokens: 16,
        AttentionQueries: 128,
        kernels.AttentionTilePositions,
        kernels.AttentionPiecePositions)
    {
        UnitRows = PanelLayout.Rows,
    };

    private static HostIdentity Identity(KernelSet kernels, int threads) => new(HostProcessor.Name, kernels.Name, threads);
}
