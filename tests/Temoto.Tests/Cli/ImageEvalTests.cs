using System.Text.Json;
using Temoto.Demo.Pictures;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Images;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

/// <summary>A labelled folder that the generator wrote, the built-in model, and what pack makes of it.</summary>
public sealed class ImageEvalTests : IDisposable
{
    private const int Pictures = 48;

    private readonly TemporaryFolder folder = new();

    public ImageEvalTests() => PictureSet.WriteFolders(folder.File("task"), 77, Pictures);

    public void Dispose() => folder.Dispose();

    private JsonElement Eval(string model, params string[] options)
    {
        var result = CommandLineTests.Run(null, ["eval", model, "--task", folder.File("task"), "--json", .. options]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    [Fact]
    public void AccuracyConfusionAndClassesBelongTogether()
    {
        var root = Eval("demo-vision");
        Assert.Equal(Pictures, root.GetProperty("pictures").GetInt32());
        // A model that names 95 % gets two or three of these wrong, always the same; with more than four something is broken.
        Assert.InRange(root.GetProperty("accuracy").GetDouble(), 44.0 / 48, 1);
        Assert.InRange(root.GetProperty("cross_entropy_nats").GetDouble(), 0, 0.5);
        var tasks = root.GetProperty("tasks").EnumerateArray().ToArray();
        Assert.Equal(PictureClasses.Names, tasks.Select(task => task.GetProperty("name").GetString()));
        var right = 0;
        foreach (var task in tasks)
        {
            var row = root.GetProperty("confusion").GetProperty(task.GetProperty("name").GetString()!);
            Assert.Equal(Pictures / 6, task.GetProperty("count").GetInt32());
            Assert.Equal(Pictures / 6, row.EnumerateObject().Sum(cell => cell.Value.GetInt32()));
            var hits = row.TryGetProperty(task.GetProperty("name").GetString()!, out var cell) ? cell.GetInt32() : 0;
            Assert.Equal(hits / (Pictures / 6.0), task.GetProperty("exact_match").GetDouble(), 1e-12);
            right += hits;
        }
        Assert.Equal(right / (double)Pictures, root.GetProperty("accuracy").GetDouble(), 1e-12);
        Assert.Equal(12, Eval("demo-vision", "--limit", "2").GetProperty("pictures").GetInt32());
    }

    [Fact]
    public void PeopleGetATableAndWrongAnswersOnRequest()
    {
        // Scratches in the folder of good plates.
        Directory.Move(folder.File("task/ok"), folder.File("task/.ok"));
        Directory.Move(folder.File("task/scratch"), folder.File("task/ok"));
        var result = CommandLineTests.Run(null, "eval", "demo-vision", "--task", folder.File("task"), "--show-wrong", "--limit", "3");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^accuracy \d+\.\d% of 15 pictures, cross entropy \d+\.\d{4} nats", result.Output);
        Assert.Matches(@"\| ok +\| +\d+\.\d% \| +3 \| .*scratch", result.Output);
        Assert.Contains("expected ok | got scratch", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--weights", "int8")]
    [InlineData("--weights", "int4", "--method", "rtn", "--group-size", "32", "--packing", "auto")]
    [InlineData("--weights", "int8", "--method", "smoothquant", "--calibration", "TASK")]
    public void APackedModelKeepsItsPreprocessorAndItsAnswers(params string[] options)
    {
        // Not the demo's own: what a file carries must show.
        var source = folder.File("model");
        Directory.CreateDirectory(source);
        foreach (var name in new[] { "config.json", "model.safetensors" })
            File.Copy(Path.Combine(RepositoryPaths.Root, "models", "demo-vision", name), Path.Combine(source, name));
        const string preprocessor = """{"image_processor_type": "ViTImageProcessor", "size": {"width": 64, "height": 64}, "resample": 0, "image_mean": [0.5, 0.5, 0.49]}""";
        File.WriteAllText(Path.Combine(source, PreprocessorSettings.FileName), preprocessor);
        var packed = folder.File("packed.temoto");
        var result = CommandLineTests.Run(null, ["pack", source, "-o", packed, .. options.Select(option => option == "TASK" ? folder.File("task") : option)]);
        Assert.True(result.ExitCode == 0, result.Errors);
        using (var checkpoint = CheckpointReader.Open(packed))
        {
            Assert.Equal(preprocessor, checkpoint.Preprocessor);
            Assert.Equal(PictureClasses.Names, checkpoint.Config.Vision!.Labels);
        }
        var root = Eval(packed, "--limit", "4");
        Assert.InRange(root.GetProperty("accuracy").GetDouble(), 20.0 / 24, 1);
    }

    [Fact]
    public void WhatIsNoTaskOfTheModelIsOneLineAndExitCodeTwo()
    {
        Directory.CreateDirectory(folder.File("empty"));
        foreach (var (says, arguments) in new (string, string[])[]
        {
            ("no pictures", ["eval", "demo-vision", "--task", folder.File("empty")]),
            ("'qwen2', a language model", ["eval", "demo", "--task", folder.File("task")]),
            ("--text: found it beside a folder of pictures", ["eval", "demo-vision", "--text", "x", "--task", folder.File("task")]),
            ("--limit: found '0'", ["eval", "demo-vision", "--limit", "0", "--task", folder.File("task")]),
        })
        {
            var result = CommandLineTests.Run(null, arguments);
            Assert.True(result.ExitCode == 2, $"{string.Join(' ', arguments)}: {result.ExitCode} {result.Errors}");
            Assert.Contains(says, result.Errors.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
        }
    }
}
