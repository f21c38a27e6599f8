using System.Text.Json;
using Temoto.Cli;
using Temoto.Plans;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

/// <summary>The verb simulate: what it refuses, and that its document adds up.</summary>
public class SimulateCommandTests
{
    [Theory]
    [InlineData("neither MODEL nor --model", "simulate")]
    [InlineData("both MODEL and --model", "simulate", "demo", "--model", "opt-125m")]
    [InlineData("beside MODEL", "simulate", "demo", "--weights", "int8")]
    [InlineData("--board: found 'kv261'; expected a board file, or one of", "simulate", "demo", "--board", "kv261")]
    [InlineData("no such file", "simulate", "demo", "--board", "missing.json")]
    [InlineData("--packing: found '0.5'; expected as-is, none, or a ratio from 1 to 100", "simulate", "demo", "--packing", "0.5")]
    [InlineData("--packing: found '1,6'", "simulate", "demo", "--packing", "1,6")]
    [InlineData("--sweep: found 'pes=1..2'; expected ranges such as", "simulate", "demo", "--board", "zcu102-meadow", "--sweep", "pes=1..2")]
    [InlineData("without bandwidth-gbps", "simulate", "demo", "--board", "zcu102-meadow", "--sweep", "pe=14..96")]
    [InlineData("a rising range", "simulate", "demo", "--board", "zcu102-meadow", "--sweep", "bandwidth-gbps=51..1")]
    [InlineData("whose processing elements form no pipelines", "simulate", "demo", "--board", "kv260", "--sweep", "pe=14..96,bandwidth-gbps=1..2")]
    [InlineData("max_position_embeddings of opt-125m", "simulate", "--model", "opt-125m", "--decode-at", "2048")]
    [InlineData("--bandwidth-gbps: found '0'", "simulate", "demo", "--bandwidth-gbps", "0")]
    [InlineData("did you mean tphs", "simulate", "demo", "--dataflow", "tpsh")]
    [InlineData("device is not known", "simulate", "demo", "--board", "raspberry-pi-5", "--explore")]
    [InlineData("no directory", "simulate", "demo", "--report", "missing/report.html")]
    public void WhatCannotBeIsRefusedInOneLine(string says, params string[] arguments)
    {
        var result = CommandLineTests.Run("", arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Contains(says, result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.TrimEnd().Split('\n'));
    }

    /// <summary>A board file that says what cannot be is refused with the file, the place, what was found and what is expected.</summary>
    [Theory]
    [InlineData("\"unit\": \"cycles\"", "\"unit\": \"Hz\"", "units[0].tile.cycles.unit: found 'Hz', expected 'cycles'")]
    [InlineData("\"column_multiple\"", "\"column_multiples\"", "column_multiples")]
    [InlineData("\"device\": \"fpga\"", "\"device\": \"moon\"", "units[0].device: found 'moon', expected one of fpga, cpu")]
    [InlineData("\"value\": 16224000000", "\"value\": 1e300", "bytes_per_second.value: found 1E+300, expected 1 to 1000000000000000")]
    public void ABoardFileThatCannotBeIsNamedWithItsPlace(string old, string replacement, string says)
    {
        using var folder = new TemporaryFolder();
        var text = BoardChoice.Read("kv260").ToJson();
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, old);
        File.WriteAllText(folder.File("board.json"), text[..at] + replacement + text[(at + old.Length)..]);
        var result = CommandLineTests.Run("", "simulate", "demo", "--board", folder.File("board.json"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("board.json", result.Errors, StringComparison.Ordinal);
        Assert.Contains(says, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void TheTemplateIsABoard()
    {
        var result = CommandLineTests.Run("", "simulate", "--template");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("my board", Board.FromJson(result.Output).Name);
    }

    /// <summary>Operations add up to their phase in seconds, bytes, cycles and joules; every figure of the board is listed with evidence and source.</summary>
    [Fact]
    public void TheDocumentAddsUp()
    {
        var result = CommandLineTests.Run("", "simulate", "demo", "--board", "zcu102-meadow", "--bandwidth-gbps", "1,12", "--dataflow", "gemm,tphs,auto", "-p", "64", "--decode-at", "32", "--sweep", "pe=14..20:3,bandwidth-gbps=1..3", "--json");
        Assert.Equal(0, result.ExitCode);
        using var document = JsonDocument.Parse(result.Output);
        var results = document.RootElement.GetProperty("results").EnumerateArray().ToList();
        // Three dataflows at two bandwidths, then a token at each.
        Assert.Equal(8, results.Count);
        foreach (var phase in results)
        {
            var operations = phase.GetProperty("operations").EnumerateArray().ToList();
            Assert.Equal(phase.GetProperty("seconds").GetDouble(), operations.Sum(item => item.GetProperty("seconds").GetDouble()), 1e-12);
            Assert.Equal(phase.GetProperty("joules").GetDouble(), operations.Sum(item => item.GetProperty("joules").GetDouble()), 1e-9);
            Assert.Equal(phase.GetProperty("dram_bytes").GetInt64(), operations.Sum(item => item.GetProperty("fetch_bytes").GetInt64() + item.GetProperty("store_bytes").GetInt64()));
            Assert.Equal(phase.GetProperty("tokens").GetInt32() / phase.GetProperty("seconds").GetDouble(), phase.GetProperty("tokens_per_second").GetDouble(), 1e-6);
        }
        // The faster of the two.
        Assert.Equal(Math.Min(results[0].GetProperty("seconds").GetDouble(), results[1].GetProperty("seconds").GetDouble()), results[2].GetProperty("seconds").GetDouble());
        Assert.Equal(9, document.RootElement.GetProperty("sweep").GetProperty("cells").GetArrayLength());
        Assert.All(document.RootElement.GetProperty("assumptions").EnumerateArray(), figure => Assert.True(figure.GetProperty("source").GetString()!.Length > 0 && figure.GetProperty("evidence").GetString()!.Length > 0));
    }
}
