using System.Text.Json;
using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

/// <summary>The command as scripts see it: a process with its own streams and exit code.</summary>
public class CommandLineTests
{
    internal sealed record Result(int ExitCode, string Output, string Errors);

    internal static Result Run(string? input, params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new System.Text.UTF8Encoding(false),
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        start.ArgumentList.Add(typeof(CommandLine).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = System.Diagnostics.Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input ?? "");
        process.StandardInput.Close();
        process.WaitForExit();
        return new Result(process.ExitCode, output.Result, errors.Result);
    }

    private static string WriteTiny(TemporaryFolder folder)
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, default);
        return folder.Path;
    }

    [Fact]
    public void RunPutsTextOnStdoutAndFiguresOnStderr()
    {
        using var folder = new TemporaryFolder();
        var result = Run(null, "run", WriteTiny(folder), "--raw", "-p", "pump", "-n", "8", "--temperature", "0", "-t", "1");
        Assert.Equal(0, result.ExitCode);
        Assert.NotEmpty(result.Output);
        Assert.DoesNotContain("tokens/s", result.Output, StringComparison.Ordinal);
        Assert.Contains("memory: weights", result.Errors, StringComparison.Ordinal);
        Assert.Contains("MB moved per token (computed)", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void RunJsonIsOneDocumentWithTheFigures()
    {
        using var folder = new TemporaryFolder();
        var path = WriteTiny(folder);
        var plain = Run("pump", "run", path, "--raw", "-n", "8", "--temperature", "0");
        var result = Run("pump\n", "run", path, "--raw", "-n", "8", "--temperature", "0", "--json");
        using var document = JsonDocument.Parse(result.Output);
        var root = document.RootElement;
        Assert.Equal(plain.Output, root.GetProperty("text").GetString() + "\n");
        Assert.Equal(8, root.GetProperty("generated_tokens").GetInt32());
        foreach (var key in new[] { "time_to_first_token_seconds", "prefill_tokens_per_second", "decode_tokens_per_second", "bytes_per_token", "weight_bytes_per_token", "peak_resident_bytes" })
            Assert.True(root.GetProperty(key).GetDouble() > 0, key);
    }

    [Theory]
    [InlineData("'frob'", "frob")]
    [InlineData("--nope", "run", "x", "--nope")]
    [InlineData("MODEL", "run")]
    [InlineData("no such file", "run", "missing.gguf", "-p", "x")]
    [InlineData("--max-tokens", "run", "x", "-n", "many")]
    [InlineData("tphs", "run", "x", "--dataflow", "systolic")]
    [InlineData("neither --text nor --task", "eval", "x")]
    [InlineData("no-such-shape", "pack", "--shape", "no-such-shape", "-o", "x")]
    [InlineData("neither MODEL nor --shape", "pack", "-o", "x")]
    [InlineData("no such file", "pack", "missing", "-o", "x")]
    [InlineData("int4", "pack", "--shape", "tiny-llama", "--weights", "int4", "-o", "x")]
    [InlineData("awq with int4", "pack", "demo", "--weights", "int8", "--method", "awq", "-o", "x")]
    [InlineData("found '7'", "pack", "demo", "--group-size", "7", "-o", "x")]
    [InlineData("no such file", "pack", "demo", "--calibration", "missing", "-o", "x")]
    [InlineData("observes nothing", "pack", "demo", "--method", "rtn", "--calibration", "missing", "-o", "x")]
    [InlineData("beside gguf", "pack", "demo", "--format", "gguf", "--method", "awq", "-o", "x")]
    [InlineData("no directory", "pack", "demo", "--method", "rtn", "-o", "missing/x.temoto")]
    [InlineData("carries no hashes", "inspect", "demo", "--verify")]
    [InlineData("no --text", "eval", "demo", "--task", "x", "--against", "demo")]
    [InlineData("neither MODEL nor --shape", "bench")]
    [InlineData("both MODEL and --shape", "bench", "demo", "--shape", "tiny-llama")]
    [InlineData("without --shape", "bench", "demo", "--weights", "int8")]
    [InlineData("'int5'", "bench", "--shape", "tiny-llama", "--weights", "int5")]
    [InlineData("no-such-shape", "bench", "--shape", "no-such-shape")]
    [InlineData("'512;2048'", "bench", "demo", "-p", "512;2048")]
    [InlineData("nothing to time", "bench", "demo", "-p", "0", "-n", "0")]
    [InlineData("'auto,rows'", "bench", "demo", "--dataflow", "auto,rows")]
    [InlineData("'f16,q8'", "bench", "demo", "--kv", "f16,q8")]
    [InlineData("whole numbers from 1 to 64", "bench", "demo", "--batch", "1,65")]
    [InlineData("a model beside it", "bench", "demo", "--calibrate")]
    [InlineData("--profile beside it", "bench", "--calibrate", "--profile")]
    [InlineData("--depth: found 0,8 beside --profile; expected one value", "bench", "demo", "--profile", "-d", "0,8")]
    [InlineData("--kv: found f16,int8 beside --profile; expected one value", "bench", "demo", "--profile", "--kv", "f16,int8")]
    [InlineData("--format: found csv beside --profile", "bench", "demo", "--profile", "--format", "csv")]
    [InlineData("1 to 10000", "bench", "demo", "-r", "0")]
    [InlineData("--repetitions: found '10001'; expected a whole number from 0 to 10000", "bench", "demo", "-r", "10001")]
    [InlineData("--predict: found --profile beside it", "bench", "demo", "--profile", "--predict", "x")]
    [InlineData("--predict beside it", "bench", "--calibrate", "--predict", "x")]
    [InlineData("csv beside --predict", "bench", "demo", "--predict", "x", "--format", "csv")]
    [InlineData("no directory", "bench", "demo", "--predict", "missing/x.json")]
    [InlineData("int4,int8 without --predict", "bench", "--shape", "tiny-llama", "--weights", "int4,int8")]
    [InlineData("no such file", "tokenize", "missing")]
    [InlineData("@missing: found no such file", "tokenize", "@missing")]
    public void BadUsageIsOneLineAndExitCodeTwo(string says, params string[] arguments)
    {
        var result = Run("", arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
        var line = Assert.Single(result.Errors.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("temoto: ", line, StringComparison.Ordinal);
        Assert.Contains(says, line, StringComparison.Ordinal);
    }

    [Fact]
    public void BadValuesOfAModelAreOneLineAndExitCodeTwo()
    {
        using var folder = new TemporaryFolder();
        var path = WriteTiny(folder);
        foreach (var arguments in new string[][]
        {
            ["run", path, "-p", "x", "--raw", "--kernels", "mmx"],
            ["run", path, "-p", "x", "--raw", "--temperature", "-1"],
            ["run", path, "-p", "x", "--raw", "-t", "0"],
            ["run", path, "-p", "x", "--raw", "--context", "0"],
            ["logits", path, "--tokens", "1,99999", "-o", folder.File("out")],
            ["eval", path, "--text", folder.File("none.txt")],
            ["eval", path, "--text", Path.Combine(path, "config.json"), "--context", "1"],
            ["eval", path, "--text", Path.Combine(path, "config.json"), "--context", "8", "--stride", "8"],
            ["eval", path, "--task", folder.Write("long.jsonl", $"{{\"prompt\":\"{new string('a', 300)}\",\"choices\":[\"x\"],\"answer\":0}}")],
            ["eval", path, "--task", folder.Write("empty.jsonl", "{\"prompt\":\"a\",\"choices\":[\"x\",\"\"],\"answer\":0}")],
            ["run", path, "-p", "x", "--raw", "--system", "be brief"],
            ["pack", "--shape", "tiny-llama", "-o", path],
        })
        {
            var result = Run("", arguments);
            Assert.True(result.ExitCode == 2, $"{string.Join(' ', arguments)}: {result.ExitCode} {result.Errors}");
            Assert.StartsWith("temoto: ", result.Errors.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
        }
        Assert.False(File.Exists(folder.File("out")));
    }

    [Fact]
    public void APromptMayBeginWithAnAtSign()
    {
        using var folder = new TemporaryFolder();
        var result = Run(null, "run", WriteTiny(folder), "--raw", "-p", "@operator: pump 3", "-n", "2");
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void LogitsMayGoToADevice()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a POSIX device");
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Run(null, "logits", WriteTiny(folder), "--tokens", "1", "-o", "/dev/null").ExitCode);
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Fact]
    public void LogitsWritesFloatsOfEveryPosition()
    {
        using var folder = new TemporaryFolder();
        var path = WriteTiny(folder);
        var file = folder.File("logits.f32");
        Assert.Equal(0, Run(null, "logits", path, "--tokens", "1,2,3", "-o", file).ExitCode);
        Assert.Equal(3 * ModelShapes.Get("tiny-qwen2").VocabSize * 4, new FileInfo(file).Length);
    }

    [Fact]
    public void TokenizeGoesThereAndBack()
    {
        using var folder = new TemporaryFolder();
        var path = WriteTiny(folder);
        const string text = "pump 3\r\n  ポンプ";
        var ids = Run(text, "tokenize", path, "--no-special");
        Assert.Equal(0, ids.ExitCode);
        Assert.Equal(text, Run(ids.Output, "tokenize", path, "--decode").Output);
        using var document = JsonDocument.Parse(Run(text, "tokenize", path, "--json").Output);
        Assert.Equal(document.RootElement.GetProperty("ids").GetArrayLength(), document.RootElement.GetProperty("tokens").GetArrayLength());
    }

    [Fact]
    public void EvalGivesAPerplexityNearTheVocabularyForRandomWeights()
    {
        using var folder = new TemporaryFolder();
        var path = WriteTiny(folder);
        var text = folder.Write("text.txt", "The pump is hot. The valve is shut. " + new string('a', 300));
        using var document = JsonDocument.Parse(Run(null, "eval", path, "--text", text, "--context", "64", "--json").Output);
        // Logits about N(0, 1) over 320 tokens: exp(ln 320 + 1/2 - mean logit of the text's tokens) = 528 times e^±1 for an unlucky text.
        Assert.InRange(document.RootElement.GetProperty("perplexity").GetDouble(), 190, 1450);
        Assert.Equal(0, document.RootElement.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public void EvalCountsMultipleChoiceRows()
    {
        using var folder = new TemporaryFolder();
        var path = WriteTiny(folder);
        var task = folder.Write("task.jsonl", "{\"kind\":\"a\",\"prompt\":\"pump \",\"choices\":[\"x\",\"y\"],\"answer\":0}\n\n{\"kind\":\"a\",\"prompt\":\"pump \",\"choices\":[\"x\",\"y\"],\"answer\":1}\n");
        using var document = JsonDocument.Parse(Run(null, "eval", path, "--task", task, "--json").Output);
        var result = Assert.Single(document.RootElement.GetProperty("tasks").EnumerateArray());
        Assert.Equal(2, result.GetProperty("count").GetInt32());
        // The same question with both answers: exactly one is right.
        Assert.Equal(0.5, result.GetProperty("exact_match").GetDouble());
    }

    [Fact]
    public void BenchGivesFiguresOfEveryTest()
    {
        var result = Run(null, "bench", "--shape", "tiny-qwen2", "--weights", "q8_0", "-p", "16", "-n", "4", "-d", "0,32", "-r", "2", "--kv", "f16,int8", "-t", "1", "--json");
        using var document = JsonDocument.Parse(result.Output);
        var root = document.RootElement;
        Assert.Equal("tiny-qwen2", root.GetProperty("model").GetString());
        Assert.NotEmpty(root.GetProperty("cpu").GetString()!);
        foreach (var key in new[] { "read_bandwidth_gigabytes_per_second", "peak_resident_bytes", "load_seconds", "threads" })
            Assert.True(root.GetProperty(key).GetDouble() > 0, key);
        Assert.Equal(root.GetProperty("read_bandwidth_gigabytes_per_second").GetDouble(), root.GetProperty("read_samples_gigabytes_per_second").GetProperty("max").GetDouble(), 1e-9);
        Assert.Equal(0, root.GetProperty("noisy_rounds").GetInt32());
        var results = root.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["pp16 f16", "pp16 int8", "tg4 f16", "tg4 int8", "tg4@32 f16", "tg4@32 int8"], results.Select(item => $"{item.GetProperty("test").GetString()} {item.GetProperty("kv").GetString()}"));
        foreach (var item in results)
        {
            Assert.Equal("q8_0", item.GetProperty("weights").GetString());
            Assert.Equal("auto", item.GetProperty("dataflow").GetString());
            Assert.True(item.GetProperty("tokens_per_second").GetProperty("median").GetDouble() > 0);
            foreach (var key in new[] { "weight_bytes_per_token", "bytes_per_token", "roofline_fraction", "activation_bytes" })
                Assert.True(item.GetProperty(key).GetDouble() > 0, key);
        }
        using var modes = JsonDocument.Parse(Run(null, "bench", "--shape", "tiny-qwen2", "-p", "16", "-n", "0", "-r", "1", "--dataflow", "gemm,tphs", "--json").Output);
        Assert.Equal(["gemm", "tphs"], modes.RootElement.GetProperty("results").EnumerateArray().Select(item => item.GetProperty("dataflow").GetString()));
        Assert.Equal(7, Run(null, "bench", "demo", "-p", "8,16", "-n", "2,3", "-d", "0,8", "-r", "1", "--format", "csv").Output.TrimEnd().Split('\n').Length);
        using var batches = JsonDocument.Parse(Run(null, "bench", "demo", "-p", "0", "-n", "3", "-r", "1", "--batch", "1,3", "--json").Output);
        Assert.Equal(["tg3 1", "tg3x3 3"], batches.RootElement.GetProperty("results").EnumerateArray().Select(item => $"{item.GetProperty("test").GetString()} {item.GetProperty("sequences").GetInt32()}"));
        Assert.All(batches.RootElement.GetProperty("results").EnumerateArray(), item =>
        {
            var sequences = item.GetProperty("sequences").GetInt32();
            Assert.Equal(item.GetProperty("tokens_per_second").GetProperty("median").GetDouble(), sequences * item.GetProperty("tokens_per_second_per_sequence").GetProperty("median").GetDouble(), 1e-6);
            Assert.Equal(item.GetProperty("bytes_per_run").GetInt64(), sequences * item.GetProperty("bytes_per_token").GetInt64());
        });
        Assert.Contains("tokens/s per sequence", Run(null, "bench", "demo", "-p", "4", "-n", "2", "-r", "1", "--batch", "2").Output, StringComparison.Ordinal);
        Assert.Contains("| tg4 | auto | int4 | f16 |", Run(null, "bench", "--shape", "tiny-llama", "-p", "0", "-n", "4", "-r", "1").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void BenchTimesPicturesAndSeveralShapes()
    {
        using var document = JsonDocument.Parse(Run(null, "bench", "--shape", "tiny-opt,tiny-deit", "--weights", "f16", "-p", "8", "-n", "0", "-r", "2", "--dataflow", "gemm,tphs", "-t", "1", "--json").Output);
        var models = document.RootElement.GetProperty("models").EnumerateArray().ToList();
        Assert.Equal(["tiny-opt", "tiny-deit"], models.Select(model => model.GetProperty("model").GetString()));
        // 15 patches, the class token and the distillation token.
        Assert.Equal(["pp8 gemm", "pp8 tphs", "img17 gemm", "img17 tphs"], models.SelectMany(model => model.GetProperty("results").EnumerateArray()).Select(item => $"{item.GetProperty("test").GetString()} {item.GetProperty("dataflow").GetString()}"));
        foreach (var item in models[1].GetProperty("results").EnumerateArray())
            Assert.Equal(item.GetProperty("tokens_per_second").GetProperty("median").GetDouble(), 17 * item.GetProperty("pictures_per_second").GetProperty("median").GetDouble(), 1e-6);

        var tables = Run(null, "bench", "--shape", "tiny-vit,tiny-llama", "-p", "8", "-n", "0", "-r", "1").Output;
        Assert.Contains("| img16 | auto | int4 | f16 |", tables, StringComparison.Ordinal);
        Assert.Contains("| pp8 | auto | int4 | f16 |", tables, StringComparison.Ordinal);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(tables, "pictures/s"));
        Assert.Contains(",\"tiny-vit\",", Run(null, "bench", "--shape", "tiny-vit", "-r", "1", "--format", "csv").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void APictureModelIsTimedAndPlannedByThePicture()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("vit");
        Assert.Equal(0, Run(null, "pack", "--shape", "tiny-vit", "--seed", "1", "-o", path).ExitCode);
        Assert.Contains("| img16 | gemm | bf16 |", Run(null, "bench", path, "-r", "1", "--dataflow", "gemm").Output, StringComparison.Ordinal);
        var plan = Run(null, "plan", path).Output;
        Assert.Contains("picture: 16 tokens; arena", plan, StringComparison.Ordinal);
        Assert.Contains("pictures/s", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("decode", plan, StringComparison.Ordinal);
        foreach (var arguments in new string[][] { ["bench", path, "-n", "4"], ["bench", "--shape", "tiny-vit,tiny-deit", "-d", "0"], ["plan", path, "-p", "8"] })
        {
            var refused = Run(null, arguments);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("looks at pictures", Assert.Single(refused.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        }
    }

    /// <summary>Experts, keys that are stored before they are attended, sinks: steps whose loops are others than those of most models.</summary>
    [Theory]
    [InlineData("tiny-gpt-oss", "gated_experts")]
    [InlineData("tiny-qwen2-moe", "down_experts")]
    [InlineData("tiny-olmo2", "store_kv")]
    [InlineData("tiny-lfm2", "conv.conv")]
    public void EveryKindOfStepHasARowInAPlan(string shape, string row)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("m");
        Assert.Equal(0, Run(null, "pack", "--shape", shape, "--seed", "1", "-o", path).ExitCode);
        foreach (var dataflow in new[] { "gemm", "tphs" })
        {
            var plan = Run(null, "plan", path, "--dataflow", dataflow);
            Assert.Equal((0, ""), (plan.ExitCode, plan.Errors));
            Assert.Contains(row, plan.Output, StringComparison.Ordinal);
            using var document = JsonDocument.Parse(Run(null, "plan", path, "--dataflow", dataflow, "--json").Output);
            Assert.Equal(2, document.RootElement.GetProperty("phases").GetArrayLength());
        }
        Assert.Equal(0, Run(null, "simulate", path, "--board", "kv260").ExitCode);
    }

    [Fact]
    public void InspectListsWhatTheModelHolds()
    {
        using var folder = new TemporaryFolder();
        using var document = JsonDocument.Parse(Run(null, "inspect", WriteTiny(folder), "--tensors", "--json").Output);
        Assert.Equal("qwen2", document.RootElement.GetProperty("model_type").GetString());
        Assert.Contains(document.RootElement.GetProperty("tensors").EnumerateArray(), tensor => tensor.GetProperty("name").GetString() == "model.norm.weight");
    }

    [Fact]
    public void PullFromAServerThatIsNotThereFailsWithExitCodeOne()
    {
        using var folder = new TemporaryFolder();
        // Port 9 (discard) of this machine: nothing listens there.
        var result = Run(null, "pull", "owner/name", "--endpoint", "http://127.0.0.1:9", "--to", folder.File("model"));
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("temoto: ", result.Errors, StringComparison.Ordinal);
        var bad = Run(null, "pull", "../../etc", "--endpoint", "http://127.0.0.1:9", "--to", folder.File("model"));
        Assert.Equal(2, bad.ExitCode);
    }

    [Fact]
    public void ChatKeepsTheConversationAndObeysCommands()
    {
        using var folder = new TemporaryFolder();
        var result = Run("pump\n/help\nvalve \\\nopen\n/clear\n/exit\nnever read\n", "chat", WriteTiny(folder), "-n", "4", "--temperature", "0");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("/system TEXT", result.Errors, StringComparison.Ordinal);
        Assert.Equal(2, result.Errors.Split("ttft").Length - 1);
    }

    [Fact]
    public void ChatGoesOnWhenTheContextIsFull()
    {
        using var folder = new TemporaryFolder();
        var message = "The pump and the valve are running; the press is hot\n";
        var input = string.Concat(Enumerable.Repeat(message, 12)) + "/context\n" + string.Concat(Enumerable.Repeat("pump ", 200)) + "\n/context\n/clear\n/context\n";
        var result = Run(input, "chat", WriteTiny(folder), "--context", "128", "-n", "60", "--temperature", "0", "-t", "1", "--system", "Be brief");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(12, result.Errors.Split("ttft").Length - 1);
        Assert.Contains("[the context of 128 tokens is full: forgot the oldest ", result.Errors, StringComparison.Ordinal);
        Assert.Contains("/clear forgets all]", result.Errors, StringComparison.Ordinal);
        Assert.Matches("temoto: message: found \\d+ tokens with the system message; expected fewer than the context of 128; shorten it", result.Errors);
        var occupancy = result.Errors.Split('\n').Where(line => line.StartsWith("[context: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, occupancy.Count);
        // The message that was refused changed nothing.
        Assert.Equal(occupancy[0], occupancy[1]);
        Assert.Equal("[context: 0 of 128 tokens, 0 turns]", occupancy[2]);
    }

    [Fact]
    public void ChatSaysWhatCutsAnAnswerOff()
    {
        using var folder = new TemporaryFolder();
        var path = WriteTiny(folder);
        var byContext = Run("pump\n", "chat", path, "--context", "32", "-n", "500", "--temperature", "0", "-t", "1");
        Assert.Contains("[cut off: the context of 32 tokens is full; ", byContext.Errors, StringComparison.Ordinal);
        var byLimit = Run("pump\n", "chat", path, "-n", "3", "--temperature", "0", "-t", "1");
        Assert.Contains("[cut off after --max-tokens 3]", byLimit.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInterruptEndsTheCommandWithExitCode130()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends a POSIX signal");
        using var folder = new TemporaryFolder();
        var start = new System.Diagnostics.ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var argument in new[] { typeof(CommandLine).Assembly.Location, "chat", WriteTiny(folder) })
            start.ArgumentList.Add(argument);
        using var process = System.Diagnostics.Process.Start(start)!;
        // The memory plan is printed before the first prompt; from then on the command waits for input that never comes.
        Assert.StartsWith("memory:", process.StandardError.ReadLine(), StringComparison.Ordinal);
        System.Diagnostics.Process.Start("kill", ["-INT", process.Id.ToString()]).WaitForExit();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("", process.StandardError.ReadToEnd());
    }

    [Fact]
    public void EveryVerbHasHelpWithAnExample()
    {
        using var interrupts = new Interrupts();
        foreach (var verb in CommandLine.CreateRoot(interrupts).Subcommands)
            Assert.Contains("Example: ", verb.Description, StringComparison.Ordinal);
        var help = Run(null, "run", "--help");
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("--max-tokens", help.Output, StringComparison.Ordinal);
        Assert.Contains("<MODEL> ", help.Output, StringComparison.Ordinal);
    }

    /// <summary>A run makes its verb alone, by the name that stands beside it.</summary>
    [Fact]
    public void AVerbThatIsNamedFirstIsMadeAlone()
    {
        using var interrupts = new Interrupts();
        var whole = CommandLine.CreateRoot(interrupts).Subcommands.Select(verb => verb.Name).ToArray();
        Assert.Equal(whole, whole.Select(name => Assert.Single(CommandLine.CreateRoot(interrupts, name).Subcommands).Name));
        Assert.Equal(whole, CommandLine.CreateRoot(interrupts, "--verbose").Subcommands.Select(verb => verb.Name));
    }

    [Theory]
    [InlineData("bash", "complete ")]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -c")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public void CompletionPrintsAScript(string shell, string contains) =>
        Assert.Contains(contains, Run(null, "completion", shell).Output, StringComparison.Ordinal);

    [Fact]
    public void TheSuggestDirectiveCompletesVerbs() =>
        Assert.Contains("tokenize", Run(null, "[suggest:8]", "temoto t").Output.Split('\n'), StringComparer.Ordinal);

    [Fact]
    public void PackWritesAModelThatRunsAndReports()
    {
        using var folder = new TemporaryFolder();
        var source = WriteTiny(folder);
        var packed = folder.File("tiny.temoto");
        var text = folder.Write("text.txt", "pump P-7 running; temp 81.4; flow 12.5; pump P-8 stopped; temp 20.1; flow 0.0; press 3 idle");
        var result = Run(null, "pack", source, "--weights", "int8", "--packing", "entropy", "--report", "--text", text, "--json", "-o", packed);
        Assert.Equal(0, result.ExitCode);
        using (var report = JsonDocument.Parse(result.Output))
        {
            Assert.True(report.RootElement.GetProperty("bits_per_weight").GetDouble() is > 7 and < 10);
            var before = report.RootElement.GetProperty("perplexity_before").GetDouble();
            Assert.Equal(before, report.RootElement.GetProperty("perplexity_after").GetDouble(), 0.01 * before);
        }
        Assert.Equal(0, Run(null, "run", packed, "--raw", "-p", "pump", "-n", "4", "--temperature", "0").ExitCode);
        var inspected = Run(null, "inspect", packed, "--verify", "--json");
        using var document = JsonDocument.Parse(inspected.Output);
        Assert.True(document.RootElement.GetProperty("verified_tensors").GetInt32() > 10);
        Assert.Equal("rtn", document.RootElement.GetProperty("quantization").GetProperty("method").GetString());
        Assert.NotEmpty(document.RootElement.GetProperty("packing").EnumerateArray());
    }

    /// <summary>int4 to AutoAWQ and back to a packed .temoto file, and to a macro stream: the same logits, byte for byte; and those of where they came from.</summary>
    [Fact]
    public void EveryInt4FormatGivesTheSameLogits()
    {
        using var folder = new TemporaryFolder();
        string Pack(string from, string name, params string[] more)
        {
            var result = Run(null, ["pack", from, "-o", folder.File(name), .. more]);
            Assert.True(result.ExitCode == 0, result.Errors);
            return folder.File(name);
        }

        byte[] Logits(string model)
        {
            var result = Run(null, "logits", model, "--tokens", "2046,10,20,30", "--precise", "-o", folder.File("logits.f32"));
            Assert.True(result.ExitCode == 0, result.Errors);
            return File.ReadAllBytes(folder.File("logits.f32"));
        }

        // The AWQ formats hold biases and norms as float16: bfloat16 values below its normal range are rounded there, by at most 2^-25 each.
        var packed = Pack("demo", "demo.temoto", "--method", "rtn");
        var expected = Logits(Pack(packed, "awq", "--format", "awq"));
        Assert.Equal(expected, Logits(Pack(folder.File("awq"), "again.temoto", "--packing", "auto")));
        Assert.Equal(expected, Logits(Pack(packed, "demo.macro", "--format", "awq-macro")));
        var differences = Floats(expected).Zip(Floats(Logits(packed)), (left, right) => Math.Abs(left - right));
        Assert.InRange(differences.Max(), 0, 1e-4);
        Assert.True(Floats(expected).Zip(Floats(Logits("demo")), (left, right) => Math.Abs(left - right)).Max() > 0.01);

        static float[] Floats(byte[] bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }
}
