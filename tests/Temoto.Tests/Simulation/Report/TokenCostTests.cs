using Temoto.Plans;
using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

public class TokenCostTests
{
    private static readonly ReportSettings Settings = new() { ElectricityUsdPerKwh = 0.36, LifetimeYears = 4, Utilisation = 0.25 };

    [Fact]
    public void Electricity_and_a_share_of_the_board()
    {
        var headline = Headline.Of(ReportSamples.Kv260);
        var cost = TokenCost.Of(headline, Settings)!;
        // A kilowatt-hour is 3.6 MJ: at 0.36 USD a million tokens of a joule each cost 0.1 USD.
        Assert.Equal(0.1 * headline.JoulesPerToken!.Value, cost.ElectricityUsd!.Value, 1e-12);
        // Four years of 365.25 days, a quarter of the time, are one such year of tokens.
        var tokens = 31557600 * headline.Token!.TokensPerSecond;
        Assert.Equal(headline.Board.Price!.Value * 1e6 / tokens, cost.BoardUsd!.Value, 1e-9);
        Assert.Equal(cost.ElectricityUsd + cost.BoardUsd, cost.TotalUsd);
    }

    [Fact]
    public void What_a_board_does_not_state_is_not_made_up()
    {
        var board = ReportSamples.Kv260.Board with { Power = null, Price = null };
        Assert.Null(TokenCost.Of(Headline.Of(ReportSamples.Kv260 with { Board = board }), Settings)!.TotalUsd);
        var priced = TokenCost.Of(Headline.Of(ReportSamples.Kv260 with { Board = board with { Price = new Figure(100, "USD", Evidence.Assumed, "") } }), Settings)!;
        Assert.Null(priced.ElectricityUsd);
        Assert.Equal(priced.BoardUsd, priced.TotalUsd);
    }

    [Fact]
    public void Without_a_token_there_is_no_cost_of_one() => Assert.Null(TokenCost.Of(Headline.Of(ReportSamples.Kv260 with { Phases = [] }), Settings));
}
