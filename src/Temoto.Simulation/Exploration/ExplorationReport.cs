namespace Temoto.Simulation.Exploration;

/// <summary>A design in the JSON document: parameters, resources computed, speed and power simulated.</summary>
/// <param name="Watts">Of the phase that takes more.</param>
/// <param name="JoulesPerToken">Of a generated token.</param>
internal sealed record ExplorationReportDesign(
    int Ports,
    int Lanes,
    double ClockHz,
    long BufferBytes,
    string Weights,
    int Lut,
    int Ff,
    int Dsp,
    int Bram36,
    int Uram,
    double LutShare,
    double DspShare,
    double DecodeTokensPerSecond,
    double PrefillTokensPerSecond,
    double Watts,
    double JoulesPerToken,
    string DecodeBoundBy,
    string PrefillBoundBy);

/// <summary>An exploration as a JSON document.</summary>
internal sealed record ExplorationReport(
    string Model,
    string Board,
    string Device,
    int PromptTokens,
    int ContextTokens,
    double? PowerBudgetWatts,
    int Combinations,
    int Fitting,
    IReadOnlyList<DroppedDesigns> Dropped,
    IReadOnlyList<ExplorationReportDesign> Front,
    ExplorationReportDesign Best,
    string Reason,
    string Limit)
{
    public static ExplorationReport Of(Exploration exploration) => new(
        exploration.Model,
        exploration.Board,
        exploration.Device.Name,
        exploration.Settings.PromptTokens,
        exploration.Settings.ContextTokens,
        exploration.Settings.PowerBudgetWatts,
        exploration.Combinations,
        exploration.Designs.Count,
        exploration.Dropped,
        [.. exploration.Front.Select(design => Design(design, exploration.Device.All))],
        Design(exploration.Best, exploration.Device.All),
        exploration.Reason,
        exploration.Limit);

    private static ExplorationReportDesign Design(ExploredDesign design, ResourceUse device)
    {
        var (parameters, use) = (design.Parameters, design.Resources);
        return new ExplorationReportDesign(
            parameters.Ports,
            parameters.Lanes,
            parameters.ClockHz,
            parameters.BufferBytes,
            parameters.Weights.ToString().ToLowerInvariant(),
            use.Lut,
            use.Ff,
            use.Dsp,
            use.Bram36,
            use.Uram,
            use.Lut / (double)device.Lut,
            use.Dsp / (double)device.Dsp,
            design.Decode.TokensPerSecond,
            design.Prefill.TokensPerSecond,
            design.Watts,
            design.Decode.JoulesPerToken,
            design.Decode.BoundBy,
            design.Prefill.BoundBy);
    }
}
