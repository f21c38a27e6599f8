using System.Globalization;
using System.Text;
using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Papers;

namespace Temoto.Tests.Simulation.Papers;

/// <summary>What docs/reproduction.md says of the papers is what the simulator says. After a change that is meant, run with TEMOTO_UPDATE_GOLDEN=1 and read the difference.</summary>
public class ReproductionTests
{
    private static readonly SutdPaper Sutd = new(ModelShapes.Get("qwen2.5-0.5b"), BoardChoice.Read("kv260-sutd"));

    private static readonly MeadowPaper Meadow = new(ModelShapes.Get, BoardChoice.Read("zcu102-meadow"));

    private static readonly BeyondRows Beyond = new(ModelShapes.Get, BoardChoice.Read);

    private static readonly Lazy<Sweep> Grid = new(Meadow.Grid);

    private static string Document => Path.Combine(RepositoryPaths.Root, "docs", "reproduction.md");

    /// <summary>Name of the table in the document, and its rows.</summary>
    private static readonly Dictionary<string, Func<IReadOnlyList<string>>> Tables = new()
    {
        ["sutd-exact"] = () => Lines(Sutd.Exact()),
        ["sutd-speeds"] = () => Lines(Sutd.Speeds()),
        ["meadow-ends"] = () => Lines(Meadow.Ends()),
        ["meadow-sensitivity"] = () => Lines(Meadow.Sensitivity()),
        ["meadow-pictures"] = () => Lines(Meadow.Pictures()),
        ["meadow-rivals"] = () => Lines(Meadow.Rivals()),
        ["meadow-crossover"] = () => Crossovers(),
        ["memory"] = () => Lines(MemoryPapers.Rows()),
        ["beyond-zcu102"] = () => Lines(Beyond.Zcu102()),
        ["beyond-kv260"] = () => Lines(Beyond.Kv260()),
    };

    public static TheoryData<string> Names => [.. Tables.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheDocumentSaysWhatIsSimulated(string name)
    {
        var (begin, end) = ($"<!-- {name} -->", $"<!-- end of {name} -->");
        var text = File.ReadAllText(Document);
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, text.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from >= begin.Length && to > from, $"docs/reproduction.md has no table {name}");
        var table = string.Concat(Tables[name]().Select(line => line + "\n"));
        if (Environment.GetEnvironmentVariable("TEMOTO_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Document, $"{text[..from]}\n{table}{text[to..]}");
            return;
        }
        Assert.Equal(table, text[from..to].TrimStart('\n'));
    }

    /// <summary>What the sources give as exact comes out exactly.</summary>
    [Fact]
    public void SutdsCountsAreExact()
    {
        var exact = Sutd.Exact();
        Assert.Equal([2742, 3724, 9504, 174_720, 465_371_984], exact.Take(5).Select(row => row.Ours));
        Assert.Equal(55.08, exact[5].Ours, 0.005);
        Assert.Equal(52.90, exact[6].Ours, 0.005);
        Assert.Equal(15_952, exact[7].Ours);
        // The board file states the same cycles, and a product on it takes them: 32 outputs of 896 inputs.
        var board = BoardChoice.Read("kv260-sutd");
        var unit = board.Units.First(item => item.Tile is not null);
        Assert.Equal(2742, 14 * unit.Tile!.Cycles.Value + unit.Tile.CallCycles!.Value);
    }

    /// <summary>One set of assumptions for all: at least twelve of the sixteen published ends within a tenth.</summary>
    [Fact]
    public void AtLeastTwelveEndsOfMeadowAreMet()
    {
        var ends = Meadow.Ends();
        Assert.Equal(16, ends.Count);
        Assert.True(ends.Count(row => Math.Abs(row.Difference!.Value) <= 0.1) >= 12, string.Join('\n', ends.Select(row => row.Markdown())));
    }

    /// <summary>Fig. 12: GEMM is ahead with few elements at high bandwidth, TPHS with many at low, and the line between them rises with the elements.</summary>
    [Fact]
    public void OneLineDividesTheDataflows()
    {
        var grid = Grid.Value;
        Assert.Equal(DataflowMode.Gemm, Cell(14, 51).Faster);
        Assert.Equal(DataflowMode.Tphs, Cell(96, 1).Faster);
        var line = grid.Crossover.Select(item => item.BandwidthGbps).ToList();
        Assert.Equal(line.Order(), line);
        Assert.All(grid.Elements, count =>
        {
            // Below the line TPHS, above it GEMM, and no way back.
            var row = grid.Cells.Where(cell => cell.Elements == count).Select(cell => cell.Faster).ToList();
            Assert.Equal(row.OrderByDescending(faster => faster), row);
        });

        SweepCell Cell(int elements, double gbps) => grid.Cells.Single(cell => cell.Elements == elements && cell.BandwidthGbps == gbps);
    }

    /// <summary>The goals of our plans on the papers' boards.</summary>
    [Fact]
    public void OurPlansGoBeyondThePapers()
    {
        var zcu102 = Beyond.Zcu102().ToDictionary(row => row.What, row => row.Ours);
        Assert.True(zcu102["opt-125m, prompt of 512 tokens, 1 Gbit/s, W8 packed by 1.6"] >= 3);
        foreach (var (what, gain) in zcu102.Where(row => row.Key.Contains("a token", StringComparison.Ordinal)))
            Assert.True(gain >= (what.EndsWith("W4", StringComparison.Ordinal) ? 1.7 : 1.5), $"{what}: {gain}");
        var kv260 = Beyond.Kv260();
        Assert.True(kv260[0].Ours >= 57, $"{kv260[0].Ours} tokens/s");
        Assert.True(kv260[1].Ours >= 480, $"{kv260[1].Ours} tokens/s");
    }

    /// <summary>By their own parameters, designs that memory bounds come out within a tenth.</summary>
    [Fact]
    public void MemoryBoundDesignsComeOutWithinATenth() =>
        Assert.All(MemoryPapers.Rows().Where(row => row.Unit == "tokens/s"), row => Assert.InRange(row.Difference!.Value, -0.1, 0.1));

    private static IReadOnlyList<string> Lines(IReadOnlyList<PaperRow> rows) => ["| what | published | ours | unit | difference | what ours rests on |", "|---|---:|---:|---|---:|---|", .. rows.Select(row => row.Markdown())];

    private static IReadOnlyList<string> Crossovers()
    {
        var line = new StringBuilder("| elements |");
        var ends = new StringBuilder("| Gbit/s |");
        var shown = Grid.Value.Crossover.Where(item => item.Elements % 2 == 0 && item.Elements <= 32).Append(Grid.Value.Crossover[^1]).ToList();
        foreach (var (elements, gbps) in shown)
        {
            line.Append(CultureInfo.InvariantCulture, $" {elements} |");
            ends.Append(CultureInfo.InvariantCulture, $" {(double.IsPositiveInfinity(gbps) ? "beyond 51" : gbps.ToString("0.0", CultureInfo.InvariantCulture))} |");
        }
        return [line.ToString(), "|---|" + string.Concat(shown.Select(_ => "---:|")), ends.ToString()];
    }
}
