using Temoto.Cli;
using Temoto.Plans;

namespace Temoto.Tests.Planning;

public class BoardTests
{
    private static string Folder => Path.Combine(RepositoryPaths.Root, "boards");

    private static string Kv260 => File.ReadAllText(Path.Combine(Folder, "kv260-sutd.json"));

    public static TheoryData<string> Shipped => [.. BoardChoice.Names];

    [Fact]
    public void EveryFileOfTheFolderShips() =>
        Assert.Equal(Directory.GetFiles(Folder).Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal), BoardChoice.Names);

    [Theory]
    [MemberData(nameof(Shipped))]
    public void ShippedBoardsReadAndComeBackEqual(string name)
    {
        var board = BoardChoice.Read(name);
        Assert.Equal(Board.FromJson(File.ReadAllText(Path.Combine(Folder, $"{name}.json"))), board);
        var text = board.ToJson();
        Assert.Equal(board, Board.FromJson(text));
        Assert.Equal(text, Board.FromJson(text).ToJson());
    }

    /// <summary>Whatever a weight is stored in, float activations can meet it, of one token and of many.</summary>
    [Theory]
    [MemberData(nameof(Shipped))]
    public void ShippedBoardsMultiplyEveryTypeByFloats(string name)
    {
        var board = BoardChoice.Read(name);
        foreach (var type in Enum.GetValues<NumberType>())
        {
            foreach (var oneToken in new[] { true, false })
                Assert.NotNull(board.UnitFor(null, WorkKind.Product, new Format(type, 8), 7, Format.Single, oneToken));
        }
        Assert.Equal(board.LastDevice.Name, board.UnitFor(null, WorkKind.Product, Format.Single, 7, Format.Single, oneToken: true)!.Device);
    }

    /// <summary>What SUTD's synthesis says, 2742 cycles for 14 macro rows of 64 x 32, and its Table I are what the rates were computed from.</summary>
    [Fact]
    public void RatesOfKv260AreThoseOfThePaper()
    {
        var board = BoardChoice.Read("kv260-sutd");
        var format = new Format(NumberType.Int4, 4) { Group = 64, Scales = ScaleType.Float16, HasZeroPoints = true };
        var unit = board.UnitFor(null, WorkKind.Product, format, 896, Format.Single, oneToken: true)!;
        Assert.Equal("fpga", unit.Device);
        // 195 of a row's cycles lie in the rate; 12 of the call do not.
        Assert.Equal(2742 - 12, 2.0 * 14 * 64 * 32 / unit.Rate * 200e6, 0.001);
        Assert.Equal("cpu", board.UnitFor(null, WorkKind.Product, format with { Group = 32 }, 896, Format.Single, oneToken: true)!.Device);
        var cpu = board.UnitFor("cpu", WorkKind.Product, Format.Single, 896, Format.Single, oneToken: true)!;
        Assert.Equal((1815 + 839 + 8148 + 4651) / 1e6, 2 * 14_909_440 / cpu.Rate, 1e-9);
    }

    /// <summary>Rows whose scale is one for all columns are of one kind, however wide the board says a group is.</summary>
    [Fact]
    public void AWholeRowIsAWholeRow()
    {
        var meadow = BoardChoice.Read("zcu102-meadow");
        var rounded = new Format(NumberType.Int8, 8) { Group = 65536, Scales = ScaleType.Float32, Grid = new Grid(null) };
        var board = meadow with { Units = [.. meadow.Units.Select(unit => unit.Activations.Count > 0 ? unit with { Activations = [rounded] } : unit)] };
        var weight = new Format(NumberType.Int8, 8) { Group = 768, Scales = ScaleType.Float32 };
        var activations = new Format(NumberType.Int8, 8) { Group = 768, Scales = ScaleType.Float32, Grid = new Grid(0.5f) };
        Assert.Equal("fpga", board.UnitFor(null, WorkKind.Product, weight, 768, activations, oneToken: true)!.Device);
        Assert.Null(board.UnitFor("fpga", WorkKind.Product, weight, 768, Format.Int8Blocks, oneToken: true));
        Assert.Null(board.UnitFor("fpga", WorkKind.Product, weight with { Group = 128 }, 768, activations, oneToken: true));
        Assert.Null(board.UnitFor("fpga", WorkKind.Product, weight with { HasZeroPoints = true }, 768, activations, oneToken: true));
    }

    [Theory]
    // The form: the path of what is wrong stands in the line.
    [InlineData("\"column_multiple\": 64", "\"column_multiples\": 64", "units[0]")]
    [InlineData("\"name\": \"KV260 (SUTD)\",", "", "name")]
    [InlineData("\"device\": \"fpga\",", "\"device\": \"fpga\", \"device\": \"fpga\",", "units[0]")]
    [InlineData("\"unit\": \"s\",", "", "devices[0].launch_seconds")]
    [InlineData("\"source\"", "\"sauce\"", "devices[0].workers")]
    [InlineData("\"published\"", "\"guessed\"", "devices[0].workers.evidence")]
    [InlineData("\"published\"", "2", "devices[0].workers.evidence")]
    [InlineData("\"value\": 0.00012", "\"value\": NaN", "devices[0]: 'N' is an invalid start")]
    [InlineData("\"value\": 0.00012", "\"value\": \"0.00012\"", "devices[0].launch_seconds")]
    [InlineData("\"level\": \"on_chip\"", "\"level\": \"on_ship\"", "memories[0]")]
    [InlineData("\"work\": \"product\"", "\"work\": \"produce\"", "units[0].work")]
    [InlineData("\"int4\"", "\"int5\"", "units[0]")]
    [InlineData("\"int4\"", "null", "units[0]")]
    [InlineData("\"operands\": [", "\"operands\": {", "units[0]")]
    // What it says.
    [InlineData("\"unit\": \"s\"", "\"unit\": \"ms\"", "devices[0].launch_seconds.unit: found 'ms', expected 's'")]
    [InlineData("\"value\": 0.00012", "\"value\": -0.00012", "devices[0].launch_seconds.value: found -0.00012, expected 0 to 10")]
    [InlineData("\"value\": 0.00012", "\"value\": 1e9", "devices[0].launch_seconds.value")]
    [InlineData("\"value\": 1,", "\"value\": 1.5,", "devices[0].workers.value: found 1.5, expected a whole number")]
    [InlineData("\"value\": 1,", "\"value\": 0,", "devices[0].workers.value")]
    [InlineData("\"value\": 10816000000", "\"value\": 0", "memories[1].bytes_per_second.value")]
    [InlineData("\"value\": 1929649906", "\"value\": 1e30", "units[1].operations_per_second.value")]
    [InlineData("\"unit\": \"op/s\"", "\"unit\": \"B/s\"", "units[1].operations_per_second.unit")]
    [InlineData("\"unit\": \"cycles\"", "\"unit\": \"Hz\"", "units[0].tile.cycles.unit: found 'Hz', expected 'cycles'")]
    [InlineData("\"rows\": 32", "\"rows\": 0", "units[0].tile.rows: found 0, expected 1 to 1048576")]
    [InlineData("\"value\": 195", "\"value\": 0", "units[0].tile.cycles.value")]
    [InlineData("\"value\": 19200000000", "\"value\": 1000", "memories[2].bytes_per_second.value: found 10816000000, expected at most peak_bytes_per_second, 1000")]
    [InlineData("\"unit\": \"USD\"", "\"unit\": \"EUR\"", "price.unit: found 'EUR', expected 'USD'")]
    [InlineData("\"device\": \"fpga\"", "\"device\": \"gpu\"", "units[0].device: found 'gpu', expected one of fpga, cpu")]
    [InlineData("\"name\": \"cpu\"", "\"name\": \"fpga\"", "devices[0].name: found 'fpga' twice")]
    [InlineData("\"level\": \"external\"", "\"level\": \"on_chip\"", "memories: found 2 of level on_chip, expected exactly one")]
    [InlineData("\"level\": \"external\"", "\"level\": \"shared\"", "memories: found 0 of level external, expected exactly one")]
    [InlineData("\"column_multiple\": 64", "\"column_multiple\": 0", "units[0].column_multiple")]
    [InlineData("\"group_multiple\": 64", "\"group_multiple\": -1", "units[0].group_multiple")]
    [InlineData("\"piece_positions\": 256", "\"piece_positions\": 250", "devices[0].tiling.piece_positions")]
    [InlineData("\"unit_rows\": 32", "\"unit_rows\": -1", "devices[0].tiling.unit_rows")]
    [InlineData("\"row_multiple\": 32", "\"row_multiple\": 0", "devices[0].tiling.row_multiple")]
    public void WhatIsNoBoardIsRefusedWithItsPlace(string old, string replacement, string says)
    {
        var text = Kv260;
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, old);
        var error = Assert.Throws<FormatException>(() => Board.FromJson(text[..at] + replacement + text[(at + old.Length)..]));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoRatesOrNoneAreRefused()
    {
        // Its first unit is stated in tiles, the second in operations.
        var shipped = Board.FromJson(Kv260);
        var board = shipped with { Units = [.. shipped.Units.Skip(1)] };
        Assert.Throws<FormatException>(() => Board.FromJson((shipped with { Units = [shipped.Units[0] with { ClockHz = null }, .. shipped.Units.Skip(1)] }).ToJson()));
        Assert.Throws<FormatException>(() => Board.FromJson((shipped with { Units = [shipped.Units[0] with { OperationsPerSecond = new Figure(1e9, "op/s", Evidence.Assumed, "a test") }, .. shipped.Units.Skip(1)] }).ToJson()));
        var clock = new Figure(1e8, "Hz", Evidence.Assumed, "a test");
        var one = new Figure(1, "1", Evidence.Assumed, "a test");
        foreach (var wrong in new Func<BoardUnit, BoardUnit>[]
        {
            unit => unit with { ClockHz = clock },
            unit => unit with { OperationsPerSecond = null },
            unit => unit with { OperationsPerSecond = null, ClockHz = clock, ProcessingElements = one },
            unit => unit with { ClockHz = clock, ProcessingElements = one, LanesPerElement = one },
        })
        {
            var error = Assert.Throws<FormatException>(() => Board.FromJson((board with { Units = [wrong(board.Units[0]), .. board.Units.Skip(1)] }).ToJson()));
            Assert.Contains("units[0]: found no rate, or two", error.Message, StringComparison.Ordinal);
        }
        var other = board.Units[0] with { OperationsPerSecond = null, ClockHz = clock, ProcessingElements = one with { Value = 96 }, LanesPerElement = one with { Value = 64 } };
        Assert.Equal(2 * 96 * 64 * 1e8, other.Rate);
        var read = Board.FromJson((board with { Units = [other, .. board.Units.Skip(1)] }).ToJson());
        Assert.Equal(other, read.Units[0]);
        Assert.Equal(Evidence.Assumed, read.RateEvidence);
        Assert.Equal(Evidence.Computed, board.RateEvidence);
    }

    /// <summary>Something has to take what no other can.</summary>
    [Fact]
    public void ABoardWhoseLastDeviceMultipliesNoFloatsIsRefused()
    {
        var board = Board.FromJson(Kv260);
        foreach (var wrong in new[]
        {
            board with { Units = [.. board.Units.Where(unit => unit.Device != "cpu")] },
            board with { Devices = [board.Devices[1], board.Devices[0]] },
            board with { Units = [.. board.Units.Select(unit => unit with { Tokens = TokenCount.One })] },
        })
        {
            var error = Assert.Throws<FormatException>(() => Board.FromJson(wrong.ToJson()));
            Assert.StartsWith("units: found none of device", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{ \"name\": ")]
    public void WhatIsNoObjectIsRefused(string text) => Assert.Throws<FormatException>(() => Board.FromJson(text));
}
