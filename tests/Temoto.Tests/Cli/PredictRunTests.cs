using System.Text.Json;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

public class PredictRunTests
{
    private static readonly string[] Cells = ["tiny-qwen2 int4 pp8 gemm", "tiny-qwen2 int4 pp8 tphs", "tiny-qwen2 int4 tg2 gemm", "tiny-qwen2 int4 tg2 tphs", "tiny-qwen2 int4 tg2@254 gemm", "tiny-qwen2 int4 tg2@254 tphs"];

    private static string[] Arguments(string path, string rounds) =>
        ["bench", "--predict", path, "--shape", "tiny-qwen2", "--weights", "int4,int8", "--dataflow", "gemm,tphs", "-p", "8", "-n", "2", "-d", "0,2048", "-r", rounds, "-t", "1"];

    private static string Cell(JsonElement item) => $"{item.GetProperty("model").GetString()} {item.GetProperty("weights").GetString()} {item.GetProperty("test").GetString()} {item.GetProperty("dataflow").GetString()}";

    /// <summary>A depth that a model's sequences do not reach is as deep as they go: 256 positions, two for the tokens.</summary>
    [Fact]
    public void PredictionsAloneTimeNothing()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("predictions.json");
        var output = CommandLineTests.Run(null, Arguments(path, "0")).Output;
        using var written = JsonDocument.Parse(File.ReadAllText(path));
        var predictions = written.RootElement.GetProperty("predictions").EnumerateArray().ToList();
        Assert.Equal(Cells.Concat(Cells.Select(cell => cell.Replace("int4", "int8", StringComparison.Ordinal))).Order(), predictions.Select(Cell).Order());
        Assert.All(predictions, item => Assert.True(item.GetProperty("predicted_seconds").GetDouble() > 0));
        Assert.Equal("assumed", written.RootElement.GetProperty("board").GetProperty("evidence").EnumerateArray().Last().GetProperty("evidence").GetString());
        Assert.Contains("| tiny-qwen2 | int8 | tg2@254 | tphs | f16 |", output, StringComparison.Ordinal);
        Assert.DoesNotContain("measured, ms", output, StringComparison.Ordinal);
        // Computed: a second time it is the same to the last byte.
        var before = File.ReadAllText(path);
        Assert.Equal(before.TrimEnd(), CommandLineTests.Run(null, [.. Arguments(path, "0"), "--json"]).Output.TrimEnd());
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Fact]
    public void WhatIsMeasuredStandsBesideWhatTheFileSays()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("predictions.json");
        using var compared = JsonDocument.Parse(CommandLineTests.Run(null, [.. Arguments(path, "1"), "--json"]).Output);
        using var written = JsonDocument.Parse(File.ReadAllText(path));
        var predicted = written.RootElement.GetProperty("predictions").EnumerateArray().ToDictionary(Cell, item => item.GetProperty("predicted_seconds").GetDouble());
        var cells = compared.RootElement.GetProperty("predictions").EnumerateArray().ToList();
        Assert.Equal(predicted.Keys.Order(), cells.Select(Cell).Order());
        foreach (var item in cells)
        {
            var measured = item.GetProperty("measured_seconds").GetProperty("median").GetDouble();
            Assert.Equal(predicted[Cell(item)], item.GetProperty("predicted_seconds").GetDouble());
            Assert.Equal(predicted[Cell(item)] / measured - 1, item.GetProperty("error").GetDouble(), 1e-9);
            Assert.Equal(item.GetProperty("predicted_seconds_at_that_bandwidth").GetDouble() / measured - 1, item.GetProperty("error_at_that_bandwidth").GetDouble(), 1e-9);
            Assert.True(item.GetProperty("read_bandwidth_gigabytes_per_second").GetDouble() > 0);
        }
        var errors = compared.RootElement.GetProperty("errors");
        Assert.Equal(0.35, errors.GetProperty("bound").GetDouble());
        Assert.Equal(cells.Count(item => Math.Abs(item.GetProperty("error").GetDouble()) <= 0.35) / (double)cells.Count, errors.GetProperty("share_within_bound").GetDouble(), 1e-12);
    }

    [Fact]
    public void PicturesArePredictedToo()
    {
        using var folder = new TemporaryFolder();
        var output = CommandLineTests.Run(null, "bench", "--predict", folder.File("p.json"), "--shape", "tiny-vit", "--weights", "f16", "-r", "1", "-t", "1").Output;
        Assert.Contains("| tiny-vit | f16 | img16 | auto | f16 |", output, StringComparison.Ordinal);
        Assert.Contains("predicted at the bandwidth of the rounds, ms", output, StringComparison.Ordinal);
        Assert.Contains("error of 1 predictions: median ", output, StringComparison.Ordinal);
    }
}
