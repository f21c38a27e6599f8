using System.Text.Json;
using Temoto.Formats.Images;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Cli;

public sealed class ImageRunTests : IDisposable
{
    private static readonly string DemoFolder = Path.Combine(RepositoryPaths.Root, "models", "demo-vision");
    private static readonly string[] Samples = [.. Directory.GetFiles(Path.Combine(DemoFolder, "samples"), "*.png").Order(StringComparer.Ordinal)];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static string[] Images(IEnumerable<string> paths) => [.. paths.SelectMany(path => new[] { "--image", path })];

    /// <summary>The demo's checkpoint in a folder of its own.</summary>
    private string CopyDemo(bool preprocessor)
    {
        foreach (var name in new[] { "config.json", "model.safetensors", PreprocessorSettings.FileName })
        {
            if (preprocessor || name != PreprocessorSettings.FileName)
                File.Copy(Path.Combine(DemoFolder, name), folder.File(name));
        }
        return folder.Path;
    }

    [Fact]
    public void TheSamplesShowWhatTheirNamesSay()
    {
        Assert.InRange(Samples.Length, 6, 12);
        var result = CommandLineTests.Run(null, ["run", "demo-vision", "--json", "--top", "2", .. Images(Samples)]);
        Assert.Equal((0, ""), (result.ExitCode, result.ExitCode == 0 ? "" : result.Errors));
        using var document = JsonDocument.Parse(result.Output);
        var images = document.RootElement.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(Samples, images.Select(image => image.GetProperty("file").GetString()));
        foreach (var image in images)
        {
            var classes = image.GetProperty("classes").EnumerateArray().ToArray();
            Assert.Equal(2, classes.Length);
            Assert.StartsWith(classes[0].GetProperty("label").GetString()! + "-", Path.GetFileName(image.GetProperty("file").GetString()!), StringComparison.Ordinal);
            Assert.InRange(classes[0].GetProperty("probability").GetDouble(), classes[1].GetProperty("probability").GetDouble(), 1);
            Assert.Equal((64, 64), (image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32()));
        }
    }

    [Fact]
    public void AnInterruptKeepsThePicturesThatWereLookedAt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends a POSIX signal");
        // More than are looked at before the signal comes.
        var many = Images(Enumerable.Repeat(Samples[0], 5000));
        using (var command = CommandProcess.Start(["run", "demo-vision", .. many]))
        {
            Assert.Equal(Samples[0], command.Output.ReadLine());
            command.Interrupt();
            var (exitCode, _, errors) = command.End();
            Assert.Equal(130, exitCode);
            Assert.Matches(@"\[[1-9]\d* pictures? \| .* \| stopped: interrupted\]", errors);
        }
        using (var command = CommandProcess.Start(["run", "demo-vision", "--json", .. many]))
        {
            command.AwaitMemoryPlan();
            command.Interrupt();
            var (exitCode, output, _) = command.End();
            Assert.Equal(130, exitCode);
            using var document = JsonDocument.Parse(output);
            Assert.Equal("cancelled", document.RootElement.GetProperty("finish_reason").GetString());
            Assert.InRange(document.RootElement.GetProperty("images").GetArrayLength(), 0, 4999);
        }
    }

    [Fact]
    public void AReaderWhoLeavesEndsTheList()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "POSIX pipes");
        using var command = CommandProcess.Start(["run", "demo-vision", .. Images(Enumerable.Repeat(Samples[0], 5000))]);
        Assert.Equal(Samples[0], command.Output.ReadLine());
        command.Leave();
        var (exitCode, _, errors) = command.End();
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("temoto:", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("[5000 pictures", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void PeopleGetABlockForEachPictureAndFiguresOnStderr()
    {
        var result = CommandLineTests.Run(null, ["run", "demo-vision", .. Images(Samples[..2])]);
        Assert.Equal(0, result.ExitCode);
        var lines = result.Output.TrimEnd('\n').Split('\n');
        // A line with the name, then the five likeliest of six classes.
        Assert.Equal(2 * (1 + 5), lines.Length);
        Assert.Equal(Samples[..2], lines.Where((_, i) => i % 6 == 0));
        Assert.Matches(@"^ +\d{1,3}\.\d\d %  [a-z-]+$", lines[1]);
        Assert.Contains("[2 pictures | read ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAPreprocessorFileNothingIsGuessed() =>
        AssertOneLine("preprocessor_config.json: found nothing; expected the file that says how pictures are scaled", CommandLineTests.Run(null, "run", CopyDemo(preprocessor: false), "--image", Samples[0]));

    [Fact]
    public void ThePreprocessorFileIsHonoured()
    {
        var path = CopyDemo(preprocessor: true);
        File.WriteAllText(folder.File(PreprocessorSettings.FileName), """{"image_processor_type": "ViTImageProcessor", "size": 64, "do_rescale": false, "do_normalize": false}""");
        // Levels up to 255 where the model knows -1 to 1: another answer, and no error.
        var given = CommandLineTests.Run(null, ["run", "demo-vision", .. Images(Samples[..3])]);
        var other = CommandLineTests.Run(null, ["run", path, .. Images(Samples[..3])]);
        Assert.Equal(0, other.ExitCode);
        Assert.NotEqual(given.Output, other.Output);

        File.WriteAllText(folder.File(PreprocessorSettings.FileName), """{"size": 60}""");
        AssertOneLine("60 x 60 as preprocessor_config.json has it; expected multiples of the patch_size 8", CommandLineTests.Run(null, "run", path, "--image", Samples[0]));
        File.WriteAllText(folder.File(PreprocessorSettings.FileName), """{"do_sharpen": true}""");
        AssertOneLine("do_sharpen", CommandLineTests.Run(null, "run", path, "--image", Samples[0]));
    }

    [Theory]
    [InlineData("--prompt: found it beside --image", "run", "demo-vision", "-p", "x", "--image", "SAMPLE")]
    [InlineData("--temperature: found it beside --image", "run", "demo-vision", "--temperature", "0", "--image", "SAMPLE")]
    [InlineData("--top: found it beside no --image", "run", "demo", "-p", "x", "--top", "3")]
    [InlineData("--image FILE", "run", "demo-vision", "-p", "x")]
    [InlineData("'qwen2', a language model", "run", "demo", "--image", "SAMPLE")]
    [InlineData("--top: found '0'", "run", "demo-vision", "--image", "SAMPLE", "--top", "0")]
    [InlineData("expected a PNG, JPEG, BMP, PPM or PGM picture", "run", "demo-vision", "--image", "TEXT")]
    [InlineData("no such file", "run", "demo-vision", "--image", "missing.png")]
    [InlineData("'deit', which looks at pictures", "eval", "demo-vision", "--text", "TEXT")]
    [InlineData("--calibration: found nothing, with awq", "pack", "demo-vision", "-o", "x.temoto")]
    [InlineData("no such file or folder", "pack", "demo-vision", "--calibration", "missing", "-o", "x.temoto")]
    public void BadUsageIsOneLineAndExitCodeTwo(string says, params string[] arguments) =>
        AssertOneLine(says, CommandLineTests.Run("", [.. arguments.Select(argument => argument switch { "SAMPLE" => Samples[0], "TEXT" => Path.Combine(DemoFolder, "config.json"), _ => argument })]));

    private static void AssertOneLine(string says, CommandLineTests.Result result)
    {
        Assert.True(result.ExitCode == 2, $"{result.ExitCode} {result.Errors}");
        Assert.Equal("", result.Output);
        var last = result.Errors.TrimEnd('\n').Split('\n')[^1];
        Assert.StartsWith("temoto: ", last, StringComparison.Ordinal);
        Assert.Contains(says, last, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }
}
