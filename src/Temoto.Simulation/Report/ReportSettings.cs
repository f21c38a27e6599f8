using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report;

/// <summary>What a report adds to simulations. The figures are assumptions, and the report says so.</summary>
internal sealed record ReportSettings
{
    public ReportLanguage Language { get; init; }

    /// <summary>Of a kilowatt-hour; about what small firms pay in many countries.</summary>
    public double ElectricityUsdPerKwh { get; init; } = 0.20;

    /// <summary>Years over which the price of a board is spread.</summary>
    public double LifetimeYears { get; init; } = 5;

    /// <summary>Share of its lifetime in which a board generates tokens.</summary>
    public double Utilisation { get; init; } = 0.5;

    /// <summary>What is fast enough for somebody who reads along.</summary>
    public double ReadingTokensPerSecond { get; init; } = 5;

    /// <summary>Systems that others built, to compare with.</summary>
    public IReadOnlyList<PublishedSystem> Published { get; init; } = PublishedSystems.All;

    /// <summary>The same model on a host, or null.</summary>
    public BoardSimulation? Host { get; init; }

    /// <summary>The board of the sweep; null for the first one.</summary>
    public string? SweepBoard { get; init; }
}
