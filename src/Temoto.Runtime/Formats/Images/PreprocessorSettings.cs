using System.Text;
using Temoto.Formats.Json;

namespace Temoto.Formats.Images;

/// <summary>
/// preprocessor_config.json as the processors of ViT and DeiT write it. Unlike config.json it is read strictly: a key that is not known here may change the
/// pixels. Keys that are missing have the value that the processor named by <c>image_processor_type</c> (ViT's without one) gives them.
/// </summary>
internal sealed record PreprocessorSettings
{
    public const string FileName = "preprocessor_config.json";

    private const int MaxFileBytes = 1 << 16;
    private const int MaxSide = 4096;
    private const string Expected = "a preprocessor_config.json";
    private const string Next = "use the file of a ViT or DeiT model, or remove the key if it does not change pixels";

    /// <summary>Keys that do not change what a model gets of an RGB picture.</summary>
    private static readonly string[] Ignored =
    [
        "image_processor_type", "feature_extractor_type", "processor_class", "do_convert_rgb", "return_tensors", "input_data_format", "device", "disable_grouping", "do_reduce_labels", "_valid_processor_keys",
    ];

    /// <summary>Steps that are not implemented.</summary>
    private static readonly string[] MustBeFalse = ["do_pad", "do_flip_channel_order"];

    private static readonly string[] Known =
    [
        "do_resize", "size", "default_to_square", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize", "image_mean", "image_std", "data_format",
    ];

    public bool DoResize { get; init; } = true;

    /// <summary>Both sides after resizing; null where <see cref="ShortestEdge"/> says it.</summary>
    public (int Width, int Height)? Size { get; init; } = (224, 224);

    /// <summary>The shorter side after resizing; the picture keeps its shape.</summary>
    public int? ShortestEdge { get; init; }

    public ResampleFilter Resample { get; init; } = ResampleFilter.Bilinear;

    /// <summary>The middle that is cut out after resizing; null where nothing is.</summary>
    public (int Width, int Height)? CropSize { get; init; }

    public bool DoRescale { get; init; } = true;

    public double RescaleFactor { get; init; } = 1.0 / 255;

    public bool DoNormalize { get; init; } = true;

    /// <summary>[3]: subtracted from each channel after rescaling.</summary>
    public IReadOnlyList<float> ImageMean { get; init; } = [0.5f, 0.5f, 0.5f];

    /// <summary>[3]: what each channel is then divided by.</summary>
    public IReadOnlyList<float> ImageStd { get; init; } = [0.5f, 0.5f, 0.5f];

    public static PreprocessorSettings Open(string path)
    {
        using var file = JsonFile.Open(path, Expected, MaxFileBytes);
        return Read(file.Root);
    }

    /// <summary>The text of a checkpoint directory's file, which can be parsed; null where there is none.</summary>
    public static string? ReadText(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
            return null;
        Open(path);
        return Encoding.UTF8.GetString(JsonFile.ReadText(path, Expected, MaxFileBytes).Span);
    }

    /// <param name="name">What error lines call the text.</param>
    public static PreprocessorSettings Parse(ReadOnlyMemory<byte> text, string name)
    {
        using var file = JsonFile.Parse(text, name, Expected);
        return Read(file.Root);
    }

    private static PreprocessorSettings Read(JsonFields fields)
    {
        CheckKeys(fields);
        var isDeit = IsDeit(fields);
        var (size, shortestEdge) = fields.Has("size") ? Sides(fields, "size", fields.Bool("default_to_square") ?? true) : (isDeit ? (256, 256) : (224, 224), null);
        var doCenterCrop = fields.Bool("do_center_crop") ?? isDeit;
        if (doCenterCrop && !isDeit && !fields.Has("crop_size"))
            throw fields.Wrong("crop_size", "a size, since do_center_crop is true", Next);
        var (crop, cropEdge) = fields.Has("crop_size") ? Sides(fields, "crop_size", true) : ((224, 224), null);
        if (cropEdge is not null)
            throw fields.Wrong("crop_size", "a number, or height and width", Next);
        return new PreprocessorSettings
        {
            DoResize = fields.Bool("do_resize") ?? true,
            Size = size,
            ShortestEdge = shortestEdge,
            Resample = Filter(fields) ?? (isDeit ? ResampleFilter.Bicubic : ResampleFilter.Bilinear),
            CropSize = doCenterCrop ? crop : null,
            DoRescale = fields.Bool("do_rescale") ?? true,
            RescaleFactor = fields.Number("rescale_factor", 1e-9, 1e9) ?? 1.0 / 255,
            DoNormalize = fields.Bool("do_normalize") ?? true,
            ImageMean = Channels(fields, "image_mean", -1e6),
            ImageStd = Channels(fields, "image_std", 1e-6),
        };
    }

    private static void CheckKeys(JsonFields fields)
    {
        foreach (var key in fields.Keys)
        {
            if (!fields.Has(key) || Known.Contains(key) || Ignored.Contains(key))
                continue;
            if (!MustBeFalse.Contains(key))
                throw fields.Wrong(key, $"only {string.Join(", ", Known)}", Next);
            if (fields.Bool(key) == true)
                throw fields.Wrong(key, "false", Next);
        }
        if (fields.String("data_format") is not (null or "channels_first"))
            throw fields.Wrong("data_format", "channels_first", Next);
    }

    private static bool IsDeit(JsonFields fields)
    {
        var key = fields.Has("image_processor_type") ? "image_processor_type" : "feature_extractor_type";
        return fields.String(key) switch
        {
            null or "ViTImageProcessor" or "ViTImageProcessorFast" or "ViTFeatureExtractor" => false,
            "DeiTImageProcessor" or "DeiTImageProcessorFast" or "DeiTFeatureExtractor" => true,
            _ => throw fields.Wrong(key, "ViTImageProcessor or DeiTImageProcessor (or their Fast or FeatureExtractor forms)", Next),
        };
    }

    /// <summary>A number, {"height", "width"}, or {"shortest_edge"}.</summary>
    /// <param name="isSquare">What a number means: both sides, or the shorter one.</param>
    private static ((int Width, int Height)? Sides, int? ShortestEdge) Sides(JsonFields fields, string key, bool isSquare)
    {
        if (!fields.IsObject(key))
        {
            var side = fields.RequiredInt(key, 1, MaxSide);
            return isSquare ? ((side, side), null) : (null, side);
        }
        var sides = fields.Object(key)!.Value;
        var keys = sides.Keys.Where(sides.Has).Order(StringComparer.Ordinal).ToArray();
        return keys switch
        {
            ["height", "width"] => ((sides.RequiredInt("width", 1, MaxSide), sides.RequiredInt("height", 1, MaxSide)), null),
            ["shortest_edge"] => (null, sides.RequiredInt("shortest_edge", 1, MaxSide)),
            _ => throw fields.Wrong(key, """a number, {"height", "width"} or {"shortest_edge"}""", Next),
        };
    }

    private static ResampleFilter? Filter(JsonFields fields) => fields.Int("resample", 0, 5) switch
    {
        null => null,
        0 => ResampleFilter.Nearest,
        2 => ResampleFilter.Bilinear,
        3 => ResampleFilter.Bicubic,
        _ => throw fields.Wrong("resample", "0 (nearest), 2 (bilinear) or 3 (bicubic)", Next),
    };

    private static float[] Channels(JsonFields fields, string key, double smallest) =>
        fields.Has(key) ? [.. fields.Numbers(key, smallest, 1e6, Image.Channels).Select(number => (float)number)] : [0.5f, 0.5f, 0.5f];
}
