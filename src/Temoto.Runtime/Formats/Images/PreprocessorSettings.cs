using System.Text;
using Temoto.Formats.Json;

namespace Temoto.Formats.Images;

/// <summary>
/// preprocessor_config.json as the processors of ViT, DeiT, CLIP, SigLIP and DINOv2 (Bit's) write it. Unlike config.json it is read strictly: a key that is not known here may change the
/// pixels. Keys that are missing have the value that the processor named by <c>image_processor_type</c> (ViT's without one) gives them.
/// </summary>
internal sealed record PreprocessorSettings
{
    public const string FileName = "preprocessor_config.json";

    private const int MaxFileBytes = 1 << 16;
    private const int MaxSide = 4096;
    private const string Expected = "a preprocessor_config.json";
    private const string Next = "use the file of a ViT, DeiT, CLIP, SigLIP or DINOv2 model, or remove the key if it does not change pixels";

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

    private static readonly string[] Forms = ["ImageProcessor", "ImageProcessorFast", "FeatureExtractor"];

    /// <summary>The shorter side and its middle, by CLIP's mean and deviation; DINOv2's files name the processor of Bit, which does the same.</summary>
    private static readonly PreprocessorSettings Clip = new()
    {
        Size = null,
        ShortestEdge = 224,
        CropSize = (224, 224),
        Resample = ResampleFilter.Bicubic,
        ImageMean = [0.48145466f, 0.4578275f, 0.40821073f],
        ImageStd = [0.26862954f, 0.26130258f, 0.27577711f],
    };

    /// <summary>How names of processors begin, and what each does where its file does not say.</summary>
    private static readonly (string Family, PreprocessorSettings Usual)[] Processors =
    [
        ("ViT", new()), ("DeiT", new() { Size = (256, 256), CropSize = (224, 224), Resample = ResampleFilter.Bicubic }), ("CLIP", Clip), ("Bit", Clip), ("Siglip", new() { Resample = ResampleFilter.Bicubic }),
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
        var usual = Usual(fields);
        var (size, shortestEdge) = fields.Has("size") ? Sides(fields, "size", fields.Bool("default_to_square") ?? usual.ShortestEdge is null) : (usual.Size, usual.ShortestEdge);
        return usual with
        {
            DoResize = fields.Bool("do_resize") ?? true,
            Size = size,
            ShortestEdge = shortestEdge,
            Resample = Filter(fields) ?? usual.Resample,
            CropSize = Crop(fields, usual.CropSize),
            DoRescale = fields.Bool("do_rescale") ?? true,
            RescaleFactor = fields.Number("rescale_factor", 1e-9, 1e9) ?? 1.0 / 255,
            DoNormalize = fields.Bool("do_normalize") ?? true,
            ImageMean = Channels(fields, "image_mean", -1e6) ?? usual.ImageMean,
            ImageStd = Channels(fields, "image_std", 1e-6) ?? usual.ImageStd,
        };
    }

    /// <param name="usual">Null where the processor cuts nothing out unless it is told to.</param>
    private static (int Width, int Height)? Crop(JsonFields fields, (int Width, int Height)? usual)
    {
        const string key = "crop_size";
        var (crop, edge) = fields.Has(key) ? Sides(fields, key, true) : (usual, null);
        if (edge is not null)
            throw fields.Wrong(key, "a number, or height and width", Next);
        if (!(fields.Bool("do_center_crop") ?? usual is not null))
            return null;
        return crop ?? throw fields.Wrong(key, "a size, since do_center_crop is true", Next);
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

    /// <summary>What the processor that the file names does where it is told nothing.</summary>
    private static PreprocessorSettings Usual(JsonFields fields)
    {
        var key = fields.Has("image_processor_type") ? "image_processor_type" : "feature_extractor_type";
        if (fields.String(key) is not { } name)
            return Processors[0].Usual;
        var family = Forms.FirstOrDefault(form => name.EndsWith(form, StringComparison.Ordinal)) is { } form ? name[..^form.Length] : "";
        return Processors.FirstOrDefault(known => known.Family == family).Usual
            ?? throw fields.Wrong(key, $"{string.Join(", ", Processors.Select(known => known.Family + Forms[0]))} (or their Fast or FeatureExtractor forms)", Next);
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

    private static float[]? Channels(JsonFields fields, string key, double smallest) =>
        fields.Has(key) ? [.. fields.Numbers(key, smallest, 1e6, Image.Channels).Select(number => (float)number)] : null;
}
