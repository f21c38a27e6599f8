using System.Globalization;
using System.Text.Json;

namespace Temoto.Tests.Cli;

public class ProfileReportTests
{
    /// <summary>A sum line is what a reader gets who adds the rows up, to the last digit.</summary>
    [Fact]
    public void TheSumIsThatOfTheRowsShown()
    {
        var output = CommandLineTests.Run(null, "bench", "--shape", "tiny-qwen2", "-p", "16", "-n", "4", "-d", "8", "-r", "2", "-t", "1", "--profile").Output;
        var tables = output.Split("profile of ")[1..];
        Assert.Equal(["pp16 (auto, kv f16): microseconds of the prompt, medians of 2 rounds", "tg4@8 (auto, kv f16): microseconds of a token, medians of 2 rounds"], tables.Select(table => table.Split('\n')[0].TrimEnd()));
        foreach (var table in tables)
        {
            var cells = table.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray()).ToList();
            Assert.Equal("sum", cells[^1][1]);
            Assert.Contains(cells, row => row[1] == "gated_linear" && row[2] == "gated_linear" && row[3] == "2");
            foreach (var column in (int[])[5, 6, 7])
                Assert.Equal(cells[..^1].Sum(row => Number(row[column])), Number(cells[^1][column]));
            Assert.Contains("the whole run took ", table, StringComparison.Ordinal);
            Assert.Contains("prices rest on the board ", table, StringComparison.Ordinal);
            Assert.Contains("; assumed: ", table, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void JsonHasTheSameFigures()
    {
        using var document = JsonDocument.Parse(CommandLineTests.Run(null, "bench", "--shape", "tiny-deit", "-r", "1", "-t", "1", "--profile", "--json").Output);
        Assert.Equal("img17", Assert.Single(document.RootElement.GetProperty("results").EnumerateArray()).GetProperty("test").GetString());
        var profile = Assert.Single(document.RootElement.GetProperty("profiles").EnumerateArray());
        Assert.Equal("img17", profile.GetProperty("test").GetString());
        var steps = profile.GetProperty("steps").EnumerateArray().ToList();
        foreach (var (sum, part) in new[] { ("step_seconds", "seconds"), ("priced_seconds", "priced_seconds") })
            Assert.Equal(profile.GetProperty(sum).GetDouble(), steps.Sum(step => step.GetProperty(part).GetDouble()), 1e-12);
        Assert.Equal(1, steps.Sum(step => step.GetProperty("share").GetDouble()), 1e-9);
        foreach (var step in steps)
        {
            Assert.Equal(step.GetProperty("seconds").GetDouble(), step.GetProperty("layers").GetInt32() * step.GetProperty("seconds_per_layer").GetDouble(), 1e-12);
            Assert.Contains(step.GetProperty("bound_by").GetString(), (string[])["memory", "compute"]);
            if (step.TryGetProperty("measured_over_priced", out var ratio))
                Assert.Equal(step.GetProperty("seconds").GetDouble(), ratio.GetDouble() * step.GetProperty("priced_seconds").GetDouble(), 1e-9);
        }
        Assert.True(profile.GetProperty("run_seconds").GetProperty("median").GetDouble() > 0);
        Assert.True(profile.GetProperty("timed_run_seconds").GetProperty("min").GetDouble() > 0);
        var evidence = profile.GetProperty("board").GetProperty("evidence").EnumerateArray().ToList();
        Assert.Equal("assumed", evidence[^1].GetProperty("evidence").GetString());
        Assert.NotEmpty(evidence[^1].GetProperty("sources").EnumerateArray());
    }

    /// <summary>Nobody who did not ask finds a profile.</summary>
    [Fact]
    public void WithoutTheOptionThereIsNoProfile() =>
        Assert.DoesNotContain("profile", CommandLineTests.Run(null, "bench", "--shape", "tiny-llama", "-p", "4", "-n", "0", "-r", "1", "--json").Output, StringComparison.Ordinal);

    private static decimal Number(string cell) => decimal.Parse(cell, CultureInfo.InvariantCulture);
}
