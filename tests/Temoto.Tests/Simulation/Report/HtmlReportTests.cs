using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

public class HtmlReportTests
{
    [Fact]
    public void The_answer_has_the_numbers_of_the_simulation()
    {
        var headline = Headline.Of(ReportSamples.Kv260);
        var report = ReportDocument.Parse(ReportSamples.Single(ReportLanguage.English, ReportSamples.Host));
        var answer = report.Styled("answer").Single().Value;
        Assert.Contains($"{Digits.Of(headline.Token!.TokensPerSecond)} tokens/s simulated", answer);
        Assert.Contains($"{Digits.Si(headline.Prompt!.Seconds, "s")} simulated", answer);
        Assert.Contains($"{Digits.Of(headline.Watts!.Value)} W simulated", answer);
        Assert.Contains($"{Digits.Si(headline.JoulesPerToken!.Value, "J")} simulated", answer);
        Assert.Contains($"{Digits.Si(headline.Simulation.NeededBytes, "B")} computed", answer);
        Assert.Contains("fits of 4.29 GB published", answer);
        Assert.Contains("Fast enough to read along", answer);
        Assert.Contains($"host CPU: {Digits.Usd(TokenCost.Of(Headline.Of(ReportSamples.Host), new ReportSettings())!.TotalUsd!.Value)} computed", answer);
    }

    [Fact]
    public void Bars_add_up_to_the_phases()
    {
        var report = ReportDocument.Parse(ReportSamples.Full(ReportLanguage.English));
        var bars = report.Styled("breakdown").ToList();
        var expected = new[] { ReportSamples.SweptKv260, ReportSamples.Meadow }.Select(Headline.Of).SelectMany(headline => new[] { headline.Prompt!, headline.Token! }).ToList();
        Assert.Equal(expected.Count, bars.Count);
        foreach (var (phase, bar) in expected.Zip(bars))
            Assert.Equal(phase.Seconds, ReportDocument.Sum(bar), phase.Seconds * 1e-9);
    }

    [Fact]
    public void Traffic_adds_up_to_the_bytes_of_each_dataflow()
    {
        var report = ReportDocument.Parse(ReportSamples.Single(ReportLanguage.English));
        var drawn = report.Styled("traffic").ToList();
        var prompts = ReportSamples.Kv260.Phases.Where(phase => phase.Phase == Phase.Prefill && phase.Tokens == 512).DistinctBy(phase => phase.Dataflow).ToList();
        Assert.Equal(2, prompts.Count);
        Assert.Equal(prompts.Sum(phase => phase.Traffic.Total), ReportDocument.Sum(drawn[0]));
        Assert.Equal(prompts.Sum(phase => phase.Traffic.Intermediates), ReportDocument.Sum(drawn[0], "intermediates"));
        Assert.Equal(Headline.Of(ReportSamples.Kv260).Token!.Traffic.Total, ReportDocument.Sum(drawn[1]));
        Assert.Equal(Headline.Of(ReportSamples.Kv260).Token!.Traffic.Kv, ReportDocument.Sum(drawn[1], "kv"));
    }

    [Fact]
    public void Every_operation_with_products_is_a_point_under_the_roofs()
    {
        var report = ReportDocument.Parse(ReportSamples.Single(ReportLanguage.English));
        var headline = Headline.Of(ReportSamples.Kv260);
        var drawn = report.Styled("roofline").Select(svg => svg.Descendants().Count(element => ReportDocument.Has(element, "dot")));
        Assert.Equal(new[] { headline.Prompt!, headline.Token! }.Select(phase => phase.Operations.Count(operation => operation.Operations > 0 && operation.Traffic.Total > 0)), drawn);
    }

    [Fact]
    public void Lines_over_bandwidth_only_where_several_were_simulated()
    {
        Assert.Empty(ReportDocument.Parse(ReportSamples.Single(ReportLanguage.English)).Styled("bandwidth"));
        var charts = ReportDocument.Parse(ReportSamples.Full(ReportLanguage.English)).Styled("bandwidth").ToList();
        Assert.Equal(2 * 2, charts.Count);
        // Tokens: one line; prompts: one for each dataflow; five bandwidths.
        Assert.Equal(5, charts[0].Descendants().Count(element => ReportDocument.Has(element, "point")));
        Assert.Equal(2 * 5, charts[1].Descendants().Count(element => ReportDocument.Has(element, "point")));
    }

    [Fact]
    public void Every_figure_of_every_board_stands_with_evidence_and_source()
    {
        var rows = ReportDocument.Parse(ReportSamples.Full(ReportLanguage.English)).Styled("figures").SelectMany(table => table.Descendants()).Where(element => element.Name.LocalName == "tr").Select(row => row.Value).ToList();
        foreach (var figure in new[] { ReportSamples.SweptKv260, ReportSamples.Meadow, ReportSamples.Host }.SelectMany(simulation => Assumption.Of(simulation.Board)))
            Assert.Contains(rows, row => row == $"{figure.What}{Digits.Figure(figure.Value, figure.Unit)} {figure.Evidence.ToString().ToLowerInvariant()}{figure.Source}");
    }

    [Fact]
    public void Every_decision_and_every_published_system_is_there()
    {
        var report = ReportDocument.Parse(ReportSamples.Full(ReportLanguage.English));
        var decisions = report.Styled("decisions").SelectMany(list => list.Elements()).Select(line => line.Value).ToList();
        Assert.NotEmpty(ReportSamples.Meadow.Decisions);
        var english = new Texts(ReportLanguage.English);
        Assert.Equal(ReportSamples.SweptKv260.Decisions.Concat(ReportSamples.Meadow.Decisions).Select(decision => DecisionText.Of(decision, english)), decisions);
        var rows = report.All("tr").Select(row => row.Value).ToList();
        Assert.All(PublishedSystems.All, system => Assert.Contains(rows, row => row.StartsWith(system.System + system.Device + system.Model, StringComparison.Ordinal) && row.Contains(system.Source, StringComparison.Ordinal)));
    }

    [Fact]
    public void Boards_stand_side_by_side_with_the_host_as_the_last()
    {
        var heads = ReportDocument.Parse(ReportSamples.Full(ReportLanguage.English)).Styled("compare").Single().Descendants().First(element => element.Name.LocalName == "tr").Value;
        Assert.Equal("KV260 (Temoto core)qwen2.5-0.5bZCU102 (MEADOW)opt-125mKV260 (A53 alone)qwen2.5-0.5bhost", heads);
        Assert.Empty(ReportDocument.Parse(ReportSamples.Single(ReportLanguage.English)).Styled("compare"));
    }

    [Fact]
    public void What_does_not_fit_and_what_is_not_stated_is_said()
    {
        var small = ReportSamples.Kv260.Board with
        {
            Power = null,
            Price = null,
            Memories = [.. ReportSamples.Kv260.Board.Memories.Select(memory => memory.Level == MemoryLevel.External ? memory with { Bytes = memory.Bytes with { Value = 1e8 } } : memory)],
        };
        var answer = ReportDocument.Parse(HtmlReport.Write([ReportSamples.Kv260 with { Board = small }], null, new ReportSettings { ReadingTokensPerSecond = 1000 })).Styled("answer").Single().Value;
        Assert.Contains("does not fit", answer);
        Assert.Contains("Too slow to read along", answer);
        Assert.Equal(3, answer.Split("not stated").Length - 1);
    }

    [Fact]
    public void A_simulation_of_nothing_or_of_a_picture_is_a_report_too()
    {
        ReportDocument.Parse(HtmlReport.Write([ReportSamples.Kv260 with { Phases = [], Decisions = [] }], null, new ReportSettings { Published = [] }));
        var picture = ReportSamples.Kv260 with { IsPicture = true, Phases = [.. ReportSamples.Kv260.Phases.Where(phase => phase.Phase == Phase.Prefill)] };
        Assert.Contains("Time for a picture", ReportDocument.Parse(HtmlReport.Write([picture], null, new ReportSettings())).Styled("answer").Single().Value);
    }
}
