using System.Text.Json;
using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Formats.Checkpoints.Gguf;
using Temoto.Tests.Formats.Hub;

namespace Temoto.Tests.Cli;

/// <summary>pull, list, run, inspect and rm as one types them, against a hub on loopback and a store of its own.</summary>
public sealed class PullCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeRepository repository = new();
    private readonly LoopbackServer server;

    public PullCommandTests()
    {
        var source = Directory.CreateDirectory(folder.File("source")).FullName;
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, source, DType.BF16, null, default);
        repository.Files.Clear();
        foreach (var file in Directory.GetFiles(source))
            repository.Files[Path.GetFileName(file)] = File.ReadAllBytes(file);
        server = new LoopbackServer(repository.ServeAsync);
    }

    private string Store => folder.File("models");

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    private CommandLineTests.Result Run(params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { typeof(CommandLine).Assembly.Location }.Concat(arguments))
            start.ArgumentList.Add(argument);
        start.Environment["TEMOTO_MODELS"] = Store;
        start.Environment["HF_ENDPOINT"] = server.Endpoint;
        using var process = System.Diagnostics.Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CommandLineTests.Result(process.ExitCode, output, errors.Result);
    }

    private JsonElement RunJson(params string[] arguments)
    {
        var result = Run([.. arguments, "--json"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private void AssertRefused(string says, params string[] arguments)
    {
        var result = Run(arguments);
        Assert.True(result.ExitCode == 2, $"{result.ExitCode} {result.Errors}");
        Assert.Contains(says, Assert.Single(result.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatPullFetchesIsListedRunVerifiedAndRemoved()
    {
        Assert.Contains("fetch one: temoto pull", Run("list").Errors, StringComparison.Ordinal);
        AssertRefused("fetch it: temoto pull maker/model", "run", "maker/model", "-p", "x");

        var pulled = Run("pull", "maker/model");
        Assert.True(pulled.ExitCode == 0, pulled.Errors);
        Assert.EndsWith("try: temoto run maker/model -p \"...\"\n", pulled.Errors.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var again = RunJson("pull", "maker/model");
        Assert.Equal(Path.Combine(Store, "maker", "model"), again.GetProperty("directory").GetString());
        Assert.Equal(0, again.GetProperty("downloaded_bytes").GetInt64());

        var model = Assert.Single(RunJson("list").GetProperty("models").EnumerateArray());
        Assert.Equal(("maker/model", "complete", "safetensors", "qwen2"), (Text("name"), Text("state"), Text("format"), Text("model_type")));
        Assert.True(model.GetProperty("parameters").GetInt64() > 0);
        Assert.Contains(FakeRepository.Commit[..8], Run("list").Output, StringComparison.Ordinal);
        string? Text(string key) => model.GetProperty(key).GetString();

        Assert.Contains("maker/model", Run("[suggest:12]", "temoto run m").Output.Split(Environment.NewLine));
        var run = RunJson("run", "maker/model", "--raw", "-p", "pump", "-n", "2", "--temperature", "0");
        Assert.Equal(2, run.GetProperty("generated_tokens").GetInt32());
        Assert.Equal(again.GetProperty("files").GetArrayLength(), RunJson("inspect", "model", "--verify").GetProperty("verified_files").GetInt32());
        AssertRefused("did you mean maker/model?", "rm", "maker/modle");
        AssertRefused("no such model", "rm", "maker/model", "../models/maker/model");
        Assert.Equal(model.GetProperty("bytes").GetInt64(), RunJson("rm", "maker/model").GetProperty("freed_bytes").GetInt64());
        Assert.False(Directory.Exists(Path.Combine(Store, "maker")));
    }

    [Fact]
    public void OneFileOfSeveralIsRunByItsName()
    {
        using (var checkpoint = CheckpointReader.Open(folder.File("source")))
        {
            foreach (var dtype in new[] { DType.F16, DType.F32 })
                GgufExport.Write(checkpoint, folder.File($"{dtype}.gguf"), dtype, null, default);
        }
        repository.Files.Clear();
        foreach (var name in new[] { "F16.gguf", "F32.gguf" })
            repository.Files[name] = File.ReadAllBytes(folder.File(name));

        Assert.Contains("try: temoto run maker/model -p", Run("pull", "maker/model", "--file", "F16.gguf").Errors, StringComparison.Ordinal);
        Assert.Equal("gguf", RunJson("inspect", "maker/model", "--verify").GetProperty("format").GetString());
        Assert.Contains("try: temoto run maker/model/F32.gguf -p", Run("pull", "maker/model", "--file", "F32.gguf").Errors, StringComparison.Ordinal);
        AssertRefused("maker/model/F16.gguf, maker/model/F32.gguf", "inspect", "maker/model");
        Assert.Equal(
            ["maker/model/F16.gguf", "maker/model/F32.gguf"],
            RunJson("list").GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
        Run("rm", "maker/model/F16.gguf");
        Assert.EndsWith("F32.gguf", RunJson("inspect", "model").GetProperty("path").GetString(), StringComparison.Ordinal);

        var plain = folder.File("plain folder");
        var errors = Run("pull", "maker/model", "--file", "F16.gguf", "--to", plain).Errors;
        Assert.Contains($"try: temoto run \"{Path.Combine(plain, "F16.gguf")}\" -p \"...\"", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(plain, ".temoto")));
        AssertRefused("--to", "pull", "maker/model", "--to", "");
    }

    /// <summary>Any part names the model; it is listed, run and removed as one.</summary>
    [Fact]
    public void ASplitModelComesWhole()
    {
        string[] written = GgufSplitTests.Write(folder), parts = [.. written.Select(path => $"q/{Path.GetFileName(path)}")];
        repository.Files.Clear();
        repository.Files["other.gguf"] = File.ReadAllBytes(folder.File("whole.gguf"));
        foreach (var (name, path) in parts.Zip(written))
            repository.Files[name] = File.ReadAllBytes(path);

        AssertRefused("2 GGUF models; expected one; name one of other.gguf, q/m-00001-of-00003.gguf", "pull", "maker/model");
        var pulled = RunJson("pull", "maker/model", "--file", parts[1]);
        Assert.Equal(parts, pulled.GetProperty("files").EnumerateArray().Select(file => file.GetString()));
        var inspected = RunJson("inspect", "maker/model", "--verify");
        Assert.Equal(("gguf", parts.Length), (inspected.GetProperty("format").GetString(), inspected.GetProperty("verified_files").GetInt32()));
        Assert.Equal(2, RunJson("run", $"maker/model/{parts[2]}", "--raw", "-p", "pump", "-n", "2", "--temperature", "0").GetProperty("generated_tokens").GetInt32());
        Assert.Equal(0, Run("pull", "maker/model", "--file", "other.gguf").ExitCode);
        Assert.EndsWith($"try: temoto run maker/model/{parts[0]} -p \"...\"\n", Run("pull", "maker/model", "--file", parts[2]).Errors.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var rows = RunJson("list").GetProperty("models").EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!, row => row.GetProperty("bytes").GetInt64());
        Assert.Equal(["maker/model/other.gguf", $"maker/model/{parts[0]}"], rows.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(parts.Sum(part => repository.Files[part].Length), rows[$"maker/model/{parts[0]}"]);
        // The manifest becomes shorter too.
        var bytes = rows[$"maker/model/{parts[0]}"];
        Assert.InRange(RunJson("rm", $"maker/model/{parts[1]}", $"maker/model/{parts[2]}").GetProperty("freed_bytes").GetInt64(), bytes, bytes + 4096);
        Assert.Equal(["other.gguf"], Directory.GetFiles(Path.Combine(Store, "maker", "model"), "*.gguf", SearchOption.AllDirectories).Select(Path.GetFileName));

        var plain = folder.File("plain");
        Assert.EndsWith($"try: temoto run {Path.Combine(plain, parts[0])} -p \"...\"\n", Run("pull", "maker/model", "--file", "q/m.gguf", "--to", plain).Errors.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal("gguf", RunJson("inspect", Path.Combine(plain, parts[0])).GetProperty("format").GetString());
    }

    [Fact]
    public void AStoreThatIsAFileIsOneLine()
    {
        File.WriteAllText(Store, "");
        AssertRefused("found a file", "list");
        AssertRefused("found a file", "pull", "maker/model");
        AssertRefused("temoto pull maker/model", "run", "maker/model", "-p", "x");
    }

    [Fact]
    public void AnUnfinishedPullIsSaidAndCanBeRemoved()
    {
        var name = repository.Files.Keys.First(FakeRepository.IsLarge);
        using var broken = new LoopbackServer((request, stream) => repository.FileOf(request) is var (path, content) && path == name
            ? LoopbackServer.SendAsync(stream, 200, content[..^1])
            : repository.ServeAsync(request, stream));
        Assert.NotEqual(0, Run("pull", "maker/model", "--endpoint", broken.Endpoint).ExitCode);
        AssertRefused("run 'temoto pull maker/model'", "run", "maker/model", "-p", "x");
        Assert.Equal("unfinished", Assert.Single(RunJson("list").GetProperty("models").EnumerateArray()).GetProperty("state").GetString());
        Assert.Contains("a pull that did not end", Run("list").Output, StringComparison.Ordinal);
        Assert.Equal(0, Run("rm", "model").ExitCode);
        Assert.False(Directory.Exists(Path.Combine(Store, "maker")));
    }
}
