namespace Temoto.Simulation.Report;

/// <summary>A system that others built, with what they say of it.</summary>
/// <param name="PrefillTokensPerSecond">Null where it is not stated.</param>
/// <param name="Source">Paper or table.</param>
internal sealed record PublishedSystem(string System, string Device, string Model, double? PrefillTokensPerSecond, double? DecodeTokensPerSecond, double? Watts, string Source)
{
    /// <summary>What makes the figures hard to compare.</summary>
    public string? Note { get; init; }

    /// <summary>The same in Japanese.</summary>
    public string? NoteJapanese { get; init; }

    /// <summary><see cref="Watts"/> is what the authors say it stays below.</summary>
    public bool WattsAreLimit { get; init; }

    /// <summary>Figures are rounded by those who report them.</summary>
    public bool IsAbout { get; init; }
}
