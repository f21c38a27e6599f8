using System.Diagnostics;
using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Packing;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Formats.Files;
using Temoto.Tests.Generation.Adapters;

namespace Temoto.Tests.Cli;

/// <summary>The options that say how a model is loaded, as scripts see them.</summary>
public sealed class ModelChoiceTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("run", "--raw", "-p", "x")]
    [InlineData("chat")]
    [InlineData("tokenize")]
    [InlineData("bench", "-p", "4", "-n", "0", "-r", "1")]
    [InlineData("logits", "--tokens", "1", "-o", "logits", "--load", "copy")]
    public void VerifyFindsAFlippedByteBeforeUse(string verb, params string[] arguments)
    {
        var path = folder.File("m.temoto");
        ModelFiles.WriteTemoto(path, PackingMode.Entropy);
        FileInUse.FlipByte(path, new FileInfo(path).Length - 1);
        var result = CommandLineTests.Run("", [verb, path, "--verify", .. arguments.Select(argument => argument == "logits" ? folder.File(argument) : argument)]);
        Assert.Equal(2, result.ExitCode);
        var line = Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.StartsWith("memory:", StringComparison.Ordinal));
        Assert.StartsWith($"temoto: {path}: ", line, StringComparison.Ordinal);
        Assert.Contains("SHA-256", line, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("logits")));
    }

    [Fact]
    public void ACopyGivesTheSameBytesAndSaysSo()
    {
        var path = folder.File("m.temoto");
        ModelFiles.WriteTemoto(path, null);
        var mapped = CommandLineTests.Run("", "logits", path, "--tokens", "1,2,3", "-o", folder.File("mapped"));
        Assert.Equal((0, false), (mapped.ExitCode, mapped.Errors.Contains("copied", StringComparison.Ordinal)));
        var copied = CommandLineTests.Run("", "logits", path, "--tokens", "1,2,3", "-o", folder.File("copied"), "--load", "copy", "--verify", "--memory-budget", "1GiB");
        Assert.Equal(0, copied.ExitCode);
        Assert.Contains("MiB (copied), KV cache", copied.Errors, StringComparison.Ordinal);
        Assert.Contains("of 1024.0 MiB (budget)", copied.Errors, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(folder.File("mapped")), File.ReadAllBytes(folder.File("copied")));
    }

    /// <summary>What pack writes of a model and an adapter computes what the two compute together.</summary>
    [Fact]
    public void AnAdapterIsMergedWhereverAModelIsLoaded()
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-llama"), 3, folder.File("base"), DType.F32, null, TestContext.Current.CancellationToken);
        var adapter = AdapterFixture.Write(folder, "adapter", AdapterFixture.Config, AdapterFixture.Pair("model.layers.0.self_attn.o_proj", 64, 64));
        string[] with = ["--adapter", adapter];
        Assert.Equal(0, Run("pack", folder.File("base"), "--weights", "f32", "-o", folder.File("merged.temoto"), "--adapter", adapter).ExitCode);
        (string Model, string[] Options)[] models = [("base", []), ("base", with), ("merged.temoto", [])];
        var logits = models.Select((model, i) =>
        {
            var result = Run(["logits", folder.File(model.Model), "--tokens", "1,2,3", "-o", folder.File($"{i}"), .. model.Options]);
            Assert.True(result.ExitCode == 0, result.Errors);
            return File.ReadAllBytes(folder.File($"{i}"));
        }).ToArray();
        Assert.NotEqual(logits[0], logits[1]);
        Assert.Equal(logits[1], logits[2]);
        // Hashes are those of the base; what was merged from it stays as it is.
        Assert.Equal(0, Run("pack", folder.File("base"), "-o", folder.File("base.temoto"), "--weights", "f32").ExitCode);
        Assert.Equal(0, Run(["logits", folder.File("base.temoto"), "--tokens", "1,2,3", "-o", folder.File("verified"), "--load", "copy", "--verify", .. with]).ExitCode);
        Assert.Equal(logits[1], File.ReadAllBytes(folder.File("verified")));
        // What the adapter brings of a tokenizer goes before the base's.
        File.WriteAllText(Path.Combine(adapter, "chat_template.jinja"), "{{ messages[0].content }}");
        Assert.Equal(0, Run(["pack", folder.File("base"), "--format", "awq", "--method", "rtn", "--group-size", "32", "--lm-head", "f16", "-o", folder.File("awq"), .. with]).ExitCode);
        Assert.Equal("{{ messages[0].content }}", File.ReadAllText(Path.Combine(folder.File("awq"), "chat_template.jinja")));
        Assert.True(File.Exists(Path.Combine(folder.File("awq"), "tokenizer.json")));
        File.Delete(Path.Combine(adapter, "chat_template.jinja"));
        Assert.Equal(0, Run(["run", folder.File("base"), "--raw", "-p", "x", "-n", "2", .. with]).ExitCode);
        Assert.Equal(0, Run(["bench", folder.File("base"), "-p", "4", "-n", "0", "-r", "1", .. with]).ExitCode);
        Assert.Equal(0, Run(["eval", folder.File("base"), "--text", Path.Combine(adapter, "adapter_config.json"), .. with]).ExitCode);
        AssertRefused($"name its base model as MODEL and the adapter beside it: --adapter {adapter}", "inspect", adapter);
        AssertRefused("expected the folder of a LoRA adapter", "chat", folder.File("base"), "--adapter", folder.File("base"));
        AssertRefused("--adapter: found no such folder", "logits", folder.File("base"), "--adapter", "", "--tokens", "1", "-o", folder.File("x"));
        AssertRefused("--adapter: found it with --shape", "bench", "--shape", "tiny-llama", "--adapter", adapter);
        AssertRefused("--adapter: found it with --shape", "pack", "--shape", "tiny-llama", "-o", folder.File("x"), "--adapter", adapter);

        static CommandLineTests.Result Run(params string[] arguments) => CommandLineTests.Run("", arguments);

        static void AssertRefused(string says, params string[] arguments)
        {
            var result = Run(arguments);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains(says, Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("raise --memory-budget", "--memory-budget", "64KiB")]
    [InlineData("'1,5GiB'", "--memory-budget", "1,5GiB")]
    [InlineData("copy", "--load", "borrow")]
    public void WhatCannotBeIsOneLine(string word, params string[] options)
    {
        var path = folder.File("m.temoto");
        ModelFiles.WriteTemoto(path, null);
        var result = CommandLineTests.Run("", ["run", path, "-p", "x", .. options]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(word, result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
    }

    /// <summary>Without the check the system would end the process (SIGBUS, exit code 135), which nothing can catch.</summary>
    [Fact]
    public async Task AModelThatIsCutInUseEndsNoProcess()
    {
        foreach (var file in new[] { "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json" })
            File.Copy(Path.Combine(RepositoryPaths.Root, "models", "demo", file), folder.File(file));
        var weights = folder.File("model.safetensors");
        FileInUse.Age(weights);
        var start = new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, "chat", folder.Path, "-n", "4", "--temperature", "0"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteLineAsync("What are you?");
            Assert.NotEmpty(await NextAsync(process.StandardOutput));
            FileInUse.Cut(weights, 4096);
            await process.StandardInput.WriteLineAsync("Where are you?");
            process.StandardInput.Close();
            var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Contains($"temoto: {weights}: found 4096 bytes", errors, StringComparison.Ordinal);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static async Task<string> NextAsync(StreamReader output) => await output.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
}
