namespace Temoto.Simulation.Report;

/// <summary>What a million generated tokens cost. Computed from simulated seconds and joules.</summary>
/// <param name="ElectricityUsd">Null on a board that states no power.</param>
/// <param name="BoardUsd">The board's price spread over its lifetime; null where it states none.</param>
internal sealed record TokenCost(double? ElectricityUsd, double? BoardUsd)
{
    private const double JoulesPerKwh = 3.6e6;
    private const double SecondsPerYear = 365.25 * 86400;

    /// <summary>What is known of both.</summary>
    public double? TotalUsd => ElectricityUsd is null && BoardUsd is null ? null : (ElectricityUsd ?? 0) + (BoardUsd ?? 0);

    /// <summary>Null where no token was simulated.</summary>
    public static TokenCost? Of(Headline headline, ReportSettings settings)
    {
        if (headline.Token is not { } token)
            return null;
        var busySeconds = settings.LifetimeYears * SecondsPerYear * settings.Utilisation;
        return new TokenCost(
            headline.JoulesPerToken * 1e6 / JoulesPerKwh * settings.ElectricityUsdPerKwh,
            headline.Board.Price?.Value / (busySeconds * token.TokensPerSecond) * 1e6);
    }
}
