using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;

namespace Temoto.Models.Vision;

/// <summary>Keys of config.json that models which look at pictures share.</summary>
internal static class PictureKeys
{
    private const string ImageSize = "image_size";

    /// <summary>One number, or height and width; empty where the key is missing.</summary>
    public static IReadOnlyList<int> ReadImageSize(JsonFields root) => root.IntOrList(ImageSize, 1, ModelLimits.ImageSide, most: 2);

    public static InputException WrongImageSize(JsonFields root, string expected) => root.Wrong(ImageSize, $"{expected}, up to {ModelLimits.ImageSide}");

    /// <exception cref="InputException">Pictures are not red, green and blue.</exception>
    public static void RequireChannels(JsonFields root, string next)
    {
        if (root.Int("num_channels", 1, int.MaxValue) is not (null or VisionConfig.Channels))
            throw root.Wrong("num_channels", $"{VisionConfig.Channels}", next);
    }

    /// <summary>Channels, patches and size, as they are read.</summary>
    public static void Write(Utf8JsonWriter json, VisionConfig vision)
    {
        json.WriteNumber("num_channels", VisionConfig.Channels);
        json.WriteNumber("patch_size", vision.PatchSize);
        if (vision.ImageHeight == vision.ImageWidth)
        {
            json.WriteNumber(ImageSize, vision.ImageHeight);
            return;
        }
        json.WriteStartArray(ImageSize);
        json.WriteNumberValue(vision.ImageHeight);
        json.WriteNumberValue(vision.ImageWidth);
        json.WriteEndArray();
    }
}
