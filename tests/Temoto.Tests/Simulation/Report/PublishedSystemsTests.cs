using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

public class PublishedSystemsTests
{
    [Fact]
    public void Every_row_names_its_source_and_has_a_figure() => Assert.All(PublishedSystems.All, system =>
    {
        Assert.Matches("arXiv [0-9]{4}\\.[0-9]{5}|AICAS 2025", system.Source);
        Assert.NotNull(system.DecodeTokensPerSecond);
        Assert.Equal(system.Note is null, system.NoteJapanese is null);
        Assert.False(system.WattsAreLimit && system.Watts is null);
    });
}
