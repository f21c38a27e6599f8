using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Temoto.Formats.Images;
using Temoto.Tests.Formats;
using Temoto.Tests.Models;

namespace Temoto.Tests.Cli;

public sealed class PictureVectorsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Picture(int seed)
    {
        var path = folder.File($"{seed}.png");
        PngWriter.Write(new Image(50, 40, [.. Enumerable.Range(0, 3 * 50 * 40).Select(i => (byte)(i * (i + seed) / 7))]), path);
        return path;
    }

    [Fact]
    public void EachPictureIsALineOrARowOfAnArray()
    {
        var model = TowerCheckpoints.Write(folder, "siglip", TowerCheckpoints.Config("siglip_vision_model"));
        var pictures = new[] { Picture(1), Picture(2) };
        using var loaded = PictureEmbeddingModel.Load(model, normalize: true);
        var expected = pictures.Select(picture => loaded.Embed(picture, TestContext.Current.CancellationToken)).ToArray();
        Assert.NotEqual(expected[0], expected[1]);

        var result = CommandLineTests.Run(null, "embed", model, "--image", pictures[0], "--image", pictures[1], "--normalize");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("2 pictures", result.Errors, StringComparison.Ordinal);
        Assert.Contains("64 dimensions, normalized", result.Errors, StringComparison.Ordinal);
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([(0, 16), (1, 16)], lines.Select(line => (line.GetProperty("index").GetInt32(), line.GetProperty("tokens").GetInt32())));
        Assert.Equal(expected, lines.Select(line => line.GetProperty("embedding").EnumerateArray().Select(element => element.GetSingle()).ToArray()));

        result = CommandLineTests.Run(null, "embed", model, "--image", pictures[0], "--image", pictures[1], "--normalize", "-o", folder.File("v.npy"));
        Assert.True(result.ExitCode == 0, result.Errors);
        var bytes = File.ReadAllBytes(folder.File("v.npy"));
        Assert.Contains("(2, 64)", Encoding.ASCII.GetString(bytes, 0, 128), StringComparison.Ordinal);
        Assert.Equal(expected.SelectMany(vector => vector), MemoryMarshal.Cast<byte, float>(bytes.AsSpan(bytes.Length - (2 * 64 * sizeof(float)))).ToArray());
    }

    [Theory]
    [InlineData("--text", "x")]
    [InlineData("--file", "lines.txt")]
    [InlineData("--pooling", "mean")]
    [InlineData("--query")]
    [InlineData("--passage")]
    public void WhatIsSaidOfTextsIsRefused(params string[] arguments) =>
        AssertRefused(arguments[0], ["embed", TowerCheckpoints.Write(folder, "dinov2", TowerCheckpoints.Config("dinov2")), "--image", Picture(1), .. arguments]);

    [Fact]
    public void ModelsAndPicturesThatDoNotFitAreRefused()
    {
        var model = TowerCheckpoints.Write(folder, "dinov2", TowerCheckpoints.Config("dinov2"));
        AssertRefused("which looks at pictures", ["embed", model, "--text", "x"]);
        AssertRefused("which names what pictures show", ["embed", "demo-vision", "--image", Picture(1)]);
        AssertRefused("which reads texts", ["embed", "demo", "--image", Picture(1)]);
        AssertRefused("no such file", ["embed", model, "--image", folder.File("none.png")]);
        AssertRefused("picture", ["embed", model, "--image", folder.Write("text.png", "no picture")]);
        AssertRefused("temoto embed MODEL --image FILE", ["run", model, "--image", Picture(1)]);
    }

    private static void AssertRefused(string said, string[] arguments)
    {
        var result = CommandLineTests.Run(null, arguments);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        var lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("memory:", StringComparison.Ordinal)).ToList();
        Assert.Contains(said, Assert.Single(lines), StringComparison.Ordinal);
    }
}
