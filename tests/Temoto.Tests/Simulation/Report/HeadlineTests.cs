using Temoto.Plans;
using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

public class HeadlineTests
{
    [Fact]
    public void The_longest_prompt_in_the_faster_dataflow_at_the_boards_own_bandwidth()
    {
        var headline = Headline.Of(ReportSamples.SweptKv260);
        Assert.Equal((512, 129.792), (headline.Prompt!.Tokens, headline.Prompt.BandwidthGbps));
        Assert.Equal((512, 129.792), (headline.Token!.Context, headline.Token.BandwidthGbps));
        var all = ReportSamples.SweptKv260.Phases.Where(phase => phase.Phase == Phase.Prefill && phase.Tokens == 512 && phase.BandwidthGbps == 129.792);
        Assert.Equal(all.Min(phase => phase.Seconds), headline.Prompt.Seconds);
    }

    [Fact]
    public void Watts_and_joules_are_those_of_a_token()
    {
        var headline = Headline.Of(ReportSamples.Kv260);
        var token = ReportSamples.Kv260.Phases.Single(phase => phase.Phase == Phase.Decode);
        Assert.Equal(token.Joules, headline.JoulesPerToken!.Value, 1e-12);
        Assert.Equal(token.Joules / token.Seconds, headline.Watts!.Value, 1e-9);
    }

    [Fact]
    public void A_board_that_states_no_power_has_none()
    {
        var simulation = ReportSamples.Kv260 with { Board = ReportSamples.Kv260.Board with { Power = null } };
        Assert.Null(Headline.Of(simulation).Watts);
        Assert.Null(Headline.Of(simulation).JoulesPerToken);
    }

    [Fact]
    public void A_simulation_without_phases_has_neither()
    {
        var headline = Headline.Of(ReportSamples.Kv260 with { Phases = [] });
        Assert.Null(headline.Prompt);
        Assert.Null(headline.Token);
    }
}
