using System.Text.Json;
using Temoto.Server;
using Temoto.Tests.Formats;
using Temoto.Tests.Server;

namespace Temoto.Tests.Cli;

public sealed class ServerLoadRunTests
{
    [Fact]
    public async Task LoadsAreRowsOfOneTable()
    {
        await using var server = await ServerUnderTest.StartAsync();
        var url = server.Client.BaseAddress!.ToString();
        var json = Run("bench", "--server", url + "v1/", "--clients", "1,2", "--requests", "4", "--shared", "16", "-p", "32", "-n", "5", "--goal", "60000,60000", "--json");
        Assert.True(json.ExitCode == 0, json.Errors);
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(("demo", url), (document.RootElement.GetProperty("model").GetString(), document.RootElement.GetProperty("server").GetString()));
        var results = document.RootElement.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["1 client pp32 tg5", "2 clients pp32 tg5"], results.Select(result => result.GetProperty("load").GetString()));
        Assert.All(results, result =>
        {
            Assert.Equal((4, 5), (result.GetProperty("whole").GetInt32(), result.GetProperty("mean_answer_tokens").GetDouble()));
            // Words, and what joins them: near, not equal.
            Assert.InRange(result.GetProperty("mean_prompt_tokens").GetDouble(), 24, 40);
            Assert.Equal(result.GetProperty("answers_per_second").GetDouble(), result.GetProperty("good_answers_per_second").GetDouble());
        });

        var table = Run("bench", "--server", url, "--rate", "50", "--requests", "3", "-p", "20", "-n", "2");
        Assert.True(table.ExitCode == 0, table.Errors);
        Assert.Contains("| 50/s pp20 tg2 | 3 | 0 | 0 |", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKeyIsReadFromItsFile()
    {
        using var folder = new TemporaryFolder();
        var keys = folder.Write("keys", "# ours\n\noperator 0123456789abcdef0123456789abcdef\n");
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { ApiKeyFile = keys });
        var url = server.Client.BaseAddress!.ToString();
        var with = Run("bench", "--server", url, "--api-key-file", keys, "--requests", "1", "-p", "8", "-n", "2");
        Assert.True(with.ExitCode == 0, with.Errors);
        var without = Run("bench", "--server", url, "--requests", "1");
        Assert.Equal(2, without.ExitCode);
        Assert.Contains("401", without.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--server: found 'box:8080'; expected an address that begins with http:// or https://", "--server", "box:8080")]
    [InlineData("--server: found Connection refused", "--server", "http://127.0.0.1:9")]
    [InlineData("--server: found a model beside it", "demo", "--server", "http://127.0.0.1:9")]
    [InlineData("--threads: found it beside --server", "--server", "http://127.0.0.1:9", "-t", "2")]
    [InlineData("--clients: found it without --server", "demo", "--clients", "2")]
    [InlineData("--rate: found --clients beside it", "--server", "http://127.0.0.1:9", "--clients", "2", "--rate", "1")]
    [InlineData("--goal: found 1 numbers", "--server", "http://127.0.0.1:9", "--goal", "500")]
    [InlineData("--prefill: found 0 beside --server", "--server", "http://127.0.0.1:9", "-p", "0")]
    [InlineData("no such file", "--server", "http://127.0.0.1:9", "--api-key-file", "no-such")]
    public void WhatCannotBeAskedIsOneLine(string says, params string[] arguments)
    {
        var result = Run(["bench", .. arguments]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(says, Assert.Single(result.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    private static CommandLineTests.Result Run(params string[] arguments) => CommandLineTests.Run(null, arguments);
}
