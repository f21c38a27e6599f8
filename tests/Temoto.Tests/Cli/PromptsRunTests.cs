using System.Text.Json;
using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

public sealed class PromptsRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Model(int context = 256)
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2") with { MaxPositionEmbeddings = context }, 11, folder.File("model"), DType.BF16, null, default);
        return folder.File("model");
    }

    private static List<JsonElement> Lines(string output) => [.. output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    private static string Text(JsonElement line) => line.GetProperty("text").GetString()!;

    /// <summary>Each prompt's answer is what it gets alone, in the order of the prompts, however many are answered at a time.</summary>
    [Fact]
    public async Task EveryPromptIsAnsweredAsIfAloneAndInOrder()
    {
        var path = Model();
        string[] prompts = ["pump", "the pump is hot", "the pump is cold", "valve", "motor 7", "oven"];
        int[] lengths = [30, 3, 20, 1, 40, 12];
        var file = folder.Write("prompts.jsonl", string.Join('\n', prompts.Select((prompt, i) => JsonSerializer.Serialize(new { prompt, id = $"n{i}", max_tokens = lengths[i], temperature = i % 2, seed = i }))));
        using var model = LanguageModel.Load(path, new ModelOptions { Threads = 1 });
        foreach (var parallel in new[] { "1", "4" })
        {
            var result = CommandLineTests.Run(null, "run", path, "-t", "1", "--prompt-file", file, "--parallel", parallel);
            Assert.True(result.ExitCode == 0, result.Errors);
            var lines = Lines(result.Output);
            Assert.Equal(prompts.Length, lines.Count);
            for (var i = 0; i < prompts.Length; i++)
            {
                Assert.Equal(i, lines[i].GetProperty("index").GetInt32());
                Assert.Equal($"n{i}", lines[i].GetProperty("id").GetString());
                Assert.Contains(lines[i].GetProperty("finish_reason").GetString(), new[] { "stop", "length" });
                Assert.InRange(lines[i].GetProperty("generated_tokens").GetInt32(), 1, lengths[i]);
                var alone = string.Concat(await ToListAsync(model.GenerateAsync(prompts[i], new GenerationOptions { MaxTokens = lengths[i], Temperature = i % 2, Seed = (ulong)i })));
                Assert.Equal(alone, Text(lines[i]));
            }
            Assert.Contains("[6 prompts, 0 failed | ", result.Errors, StringComparison.Ordinal);
            Assert.Contains($"| {parallel} at a time |", result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void APromptThatCannotBeAnsweredFailsAlone()
    {
        var file = $"{{\"prompt\": \"{new string('x', 900)}\", \"id\": 5}}\n{{\"prompt\": \"pump\"}}\n";
        var result = CommandLineTests.Run(file, "run", Model(), "-t", "1", "-n", "2", "--prompt-file", "-", "--jsonl");
        Assert.Equal(1, result.ExitCode);
        var lines = Lines(result.Output);
        Assert.Equal(2, lines.Count);
        Assert.Equal(5, lines[0].GetProperty("id").GetInt32());
        Assert.Contains("all that this model takes", lines[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False(lines[0].TryGetProperty("text", out _));
        Assert.False(lines[1].TryGetProperty("error", out _));
        Assert.Contains("[2 prompts, 1 failed | ", result.Errors, StringComparison.Ordinal);
    }

    /// <summary>A bad line is found before the model is looked for, one that this model cannot take before the first answer.</summary>
    [Fact]
    public void AllLinesAreJudgedBeforeTheFirstIsAnswered()
    {
        var bad = CommandLineTests.Run("{\"prompt\": \"pump\"}\n{\"prompt\": \"pump\", \"temperature\": 1000}\n", "run", "no-such-model", "--prompt-file", "-", "--jsonl");
        Assert.Equal((2, ""), (bad.ExitCode, bad.Output));
        Assert.StartsWith("temoto: stdin:2: temperature: found 1000", Assert.Single(bad.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        var path = Model();
        foreach (var (says, line, more) in new (string, string, string[])[]
        {
            ("stdin:2: found an empty prompt", "{\"prompt\": \"\\n\"}", []),
            ("stdin:2: messages: found a conversation with --raw", "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}", ["--raw"]),
            ("stdin:2: system: found a system message for plain", "{\"prompt\": \"a\", \"system\": \"s\"}", ["--raw"]),
            ("--json: found it beside JSON Lines", "{\"prompt\": \"a\"}", ["--json"]),
            ("--parallel: found '0'", "{\"prompt\": \"a\"}", ["--parallel", "0"]),
        })
        {
            var result = CommandLineTests.Run($"{{\"prompt\": \"pump\"}}\n{line}\n", ["run", path, "--prompt-file", "-", "--jsonl", .. more]);
            Assert.Equal((2, ""), (result.ExitCode, result.Output));
            Assert.StartsWith($"temoto: {says}", result.Errors.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AnInterruptKeepsTheFinishedLines()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends a POSIX signal");
        const string endless = "{\"prompt\": \"pump\", \"max_tokens\": 1000000}\n";
        var file = folder.Write("prompts.jsonl", "{\"prompt\": \"pump\", \"max_tokens\": 1}\n" + endless + endless + endless + endless);
        using var command = CommandProcess.Start("run", Model(1 << 20), "-t", "1", "--raw", "--context", "1048576", "--temperature", "0", "--parallel", "2", "--prompt-file", file);
        var first = command.Output.ReadLine()!;
        command.Interrupt();
        var (exitCode, output, _) = command.End();
        Assert.Equal(130, exitCode);
        Assert.Equal("length", JsonDocument.Parse(first).RootElement.GetProperty("finish_reason").GetString());
        // At most those that were being answered.
        Assert.InRange(output.Count(character => character == '\n'), 0, 2);
        Assert.All(output.Length == 0 ? [] : Lines(output), line => Assert.Equal("cancelled", line.GetProperty("finish_reason").GetString()));
    }

    private static async Task<List<string>> ToListAsync(IAsyncEnumerable<string> pieces)
    {
        var list = new List<string>();
        await foreach (var piece in pieces)
            list.Add(piece);
        return list;
    }
}
