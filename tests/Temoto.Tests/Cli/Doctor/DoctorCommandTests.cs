using System.Text.Json;
using Temoto.Evaluation.Seeded;
using Temoto.Kernels;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli.Doctor;

public class DoctorCommandTests
{
    [Fact]
    public void AMachineIsOneScreen()
    {
        var result = CommandLineTests.Run(null, "doctor");
        Assert.Equal(0, result.ExitCode);
        var lines = result.Output.TrimEnd().Split('\n');
        Assert.InRange(lines.Length, 9, 24);
        foreach (var name in new[] { "program", "processor", "caches", "memory", "reads", "kernels", "figures", "sensors", "models" })
            Assert.Single(lines, line => line.StartsWith($"{name} ", StringComparison.Ordinal));
    }

    /// <summary>Figures beside what other parts of the program say.</summary>
    [Fact]
    public void AModelIsHeldAgainstTheMachine()
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, TestContext.Current.CancellationToken);
        using var doctor = JsonDocument.Parse(CommandLineTests.Run(null, "doctor", folder.Path, "--json", "--context", "64", "-t", "1").Output);
        using var inspect = JsonDocument.Parse(CommandLineTests.Run(null, "inspect", folder.Path, "--json", "--context", "64").Output);
        var root = doctor.RootElement;
        Assert.Equal(KernelChooser.Choose(null).Name, root.GetProperty("kernels").GetString());
        Assert.Equal(1, root.GetProperty("threads").GetInt32());
        Assert.InRange(root.GetProperty("read_bytes_per_second").GetDouble(), 1e8, 1e13);
        var model = root.GetProperty("model");
        Assert.True(model.GetProperty("fits").GetBoolean());
        Assert.Equal(inspect.RootElement.GetProperty("parameters").GetInt64(), model.GetProperty("parameters").GetInt64());
        Assert.Equal(inspect.RootElement.GetProperty("memory").GetProperty("kv_bytes").GetInt64(), model.GetProperty("memory").GetProperty("kv_bytes").GetInt64());
        // Seven matrices in each of two layers, and the table that is the head as well.
        var product = Assert.Single(model.GetProperty("products").EnumerateArray());
        Assert.Equal(("BF16", 15), (product.GetProperty("type").GetString(), product.GetProperty("matrices").GetInt32()));
        Assert.Equal("products of floats", product.GetProperty("how").GetString());
        var perToken = model.GetProperty("bytes_per_token").GetDouble();
        Assert.InRange(perToken, product.GetProperty("bytes").GetInt64(), 1.5 * product.GetProperty("bytes").GetInt64());
        Assert.Equal(root.GetProperty("read_bytes_per_second").GetDouble() / perToken, model.GetProperty("most_tokens_per_second").GetDouble(), 1e-6 * perToken);
    }

    [Fact]
    public void WhatSlowsAModelDownIsSaid()
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.F32, null, TestContext.Current.CancellationToken);
        var text = CommandLineTests.Run(null, "doctor", folder.Path, "--kernels", "scalar").Output;
        Assert.Contains("kernels     scalar: as asked for of ", text, StringComparison.Ordinal);
        if (KernelChooser.Available.Count > 1)
            Assert.Contains($"kernels scalar were asked for, and {KernelChooser.Available[0]} would be faster", text, StringComparison.Ordinal);
        Assert.Contains("it fits", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoModelIsRefusedBeforeAnythingIsMeasured()
    {
        var result = CommandLineTests.Run(null, "doctor", "nothing-of-the-kind.gguf");
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("nothing-of-the-kind.gguf", result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.TrimEnd().Split('\n'));
    }
}
