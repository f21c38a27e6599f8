using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Tests.Planning;

public class BoardEvidenceTests
{
    private static Figure Measured(string unit) => new(1e9, unit, Evidence.Measured, "a command");

    private static BoardUnit Unit(WorkKind work, Evidence evidence) => new("cpu", work, [], [], TokenCount.Any) { OperationsPerSecond = new Figure(1e9, "op/s", evidence, evidence == Evidence.Assumed ? "a guess" : "a command") };

    private static Board Sample(params BoardUnit[] units) => new(
        "board",
        "for tests",
        [new BoardDevice("cpu", Measured("1"), Measured("s"), new Tiling(1, 1, 1, 1, 1, 1, 1, 1, 1, 16))],
        [new BoardMemory("cache", MemoryLevel.OnChip, Measured("B"), Measured("B/s")), new BoardMemory("memory", MemoryLevel.External, Measured("B"), Measured("B/s"))],
        [.. units]);

    [Fact]
    public void FiguresAreGroupedByEvidenceTheStrongestFirst()
    {
        var board = Sample(Unit(WorkKind.Attention, Evidence.Assumed), Unit(WorkKind.Product, Evidence.Measured), Unit(WorkKind.Unpack, Evidence.Assumed));
        Assert.Equal(
            ["measured: memory, launch, product (a command)", "assumed: attention, unpack (a guess)"],
            BoardEvidence.Of(board).Select(evidence => evidence.ToString()));
    }

    /// <summary>A price may rest on any of a kind's units.</summary>
    [Fact]
    public void AKindOfWorkHasItsWeakestEvidence()
    {
        var board = Sample(Unit(WorkKind.Product, Evidence.Measured), Unit(WorkKind.Product, Evidence.Assumed), Unit(WorkKind.Product, Evidence.Measured));
        Assert.Equal(["measured: memory, launch (a command)", "assumed: product (a guess)"], BoardEvidence.Of(board).Select(evidence => evidence.ToString()));
    }
}
