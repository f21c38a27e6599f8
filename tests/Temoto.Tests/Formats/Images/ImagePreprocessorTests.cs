using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public sealed class ImagePreprocessorTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ValuesAreThoseOfNumpyToTheBit()
    {
        string[] configs =
        [
            """{"do_resize":true,"size":{"height":32,"width":24},"resample":2,"do_center_crop":false,"do_rescale":true,"rescale_factor":0.00392156862745098,"do_normalize":true,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]}""",
            """{"do_resize":true,"size":{"height":40,"width":40},"resample":3,"do_center_crop":true,"crop_size":{"height":32,"width":31},"do_rescale":true,"rescale_factor":0.00392156862745098,"do_normalize":true,"image_mean":[0.485,0.456,0.406],"image_std":[0.229,0.224,0.225]}""",
            """{"do_resize":true,"size":{"shortest_edge":29},"resample":3,"do_center_crop":true,"crop_size":{"height":30,"width":34},"do_rescale":true,"rescale_factor":0.01,"do_normalize":false,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]}""",
            """{"do_resize":false,"size":{"shortest_edge":29},"resample":0,"do_center_crop":true,"crop_size":{"height":100,"width":101},"do_rescale":false,"rescale_factor":0.01,"do_normalize":true,"image_mean":[1,2,3],"image_std":[4,5,6]}""",
            """{"do_resize":true,"size":{"shortest_edge":16},"resample":0,"do_center_crop":false,"do_rescale":false,"rescale_factor":0.01,"do_normalize":false,"image_mean":[1,2,3],"image_std":[4,5,6]}""",
        ];
        (int, int)[] sizes = [(1, 1), (50, 37), (37, 50), (100, 64)];
        var (requests, results) = (new JsonArray(), new Dictionary<string, (float[] Values, int Width, int Height)>());
        foreach (var (width, height) in sizes)
        {
            var image = ImageResizeTests.Noise(width, height, height);
            PngWriter.Write(image, folder.File($"{width}.png"));
            foreach (var config in configs)
            {
                var preprocessor = new ImagePreprocessor(PreprocessorSettings.Parse(Encoding.UTF8.GetBytes(config), "config"));
                var name = $"{results.Count}";
                var size = preprocessor.OutputSize(width, height);
                results.Add(name, (preprocessor.Run(image, "picture"), size.Width, size.Height));
                var plain = JsonNode.Parse(config)!.AsObject();
                foreach (var key in new[] { "size", "crop_size" })
                {
                    if (plain[key] is JsonObject sides)
                        plain[key] = sides["shortest_edge"] is { } edge ? edge.GetValue<int>() : new JsonArray(sides["width"]!.GetValue<int>(), sides["height"]!.GetValue<int>());
                }
                requests.Add(new JsonObject { ["picture"] = $"{width}.png", ["out"] = name, ["config"] = plain });
            }
        }
        using var answer = JsonDocument.Parse(Oracle.Pillow("preprocess_pictures.py", requests.ToJsonString(), folder.Path));
        foreach (var (name, (values, width, height)) in results)
        {
            var expected = answer.RootElement.GetProperty(name);
            Assert.Equal((expected[0].GetInt32(), expected[1].GetInt32()), (width, height));
            Assert.Equal(MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder.File(name))).ToArray(), values);
        }
    }

    [Fact]
    public void ChannelsComeFirst()
    {
        var settings = new PreprocessorSettings { DoResize = false, DoRescale = false, DoNormalize = false };
        Assert.Equal([1, 4, 2, 5, 3, 6], new ImagePreprocessor(settings).Run(new Image(2, 1, [1, 2, 3, 4, 5, 6]), "x"));
    }

    [Fact]
    public void AShapeThatGrowsTooLargeIsRefused()
    {
        var preprocessor = new ImagePreprocessor(new PreprocessorSettings { ShortestEdge = 224, Size = null });
        Assert.Contains("3584000 x 224", Assert.Throws<InputException>(() => preprocessor.Run(new Image(16000, 1), "x")).Message, StringComparison.Ordinal);
    }
}
