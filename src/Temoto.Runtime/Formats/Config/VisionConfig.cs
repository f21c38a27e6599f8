namespace Temoto.Formats.Config;

/// <summary>The part of a config.json that speaks of pictures and classes, in its names (PascalCase).</summary>
internal sealed record VisionConfig
{
    /// <summary>Pictures are red, green and blue.</summary>
    public const int Channels = 3;

    /// <summary>Rows of pixels: <c>image_size</c>, or its first number.</summary>
    public required int ImageHeight { get; init; }

    /// <summary>Columns of pixels.</summary>
    public required int ImageWidth { get; init; }

    /// <summary>Pixels of a patch's side. What height and width have beyond whole patches is not looked at; of classifiers it divides both.</summary>
    public required int PatchSize { get; init; }

    /// <summary>A class token stands in front of the patches.</summary>
    public bool ClassToken { get; init; } = true;

    /// <summary>A second token beside the class token (deit).</summary>
    public bool DistillationToken { get; init; }

    /// <summary>A head for each of the two tokens, whose logits are averaged (DeiTForImageClassificationWithTeacher).</summary>
    public bool DistillationClassifier { get; init; }

    /// <summary><c>projection_dim</c>: elements of a picture's vector behind a projection (clip_vision_model); null where there is none.</summary>
    public int? ProjectionDim { get; init; }

    /// <summary><c>id2label</c>: the name of each class; none where a picture's vector is all that is made.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    public int GridHeight => ImageHeight / PatchSize;

    public int GridWidth => ImageWidth / PatchSize;

    /// <summary>Tokens in front of the patches.</summary>
    public int OwnTokens => (ClassToken ? 1 : 0) + (DistillationToken ? 1 : 0);

    /// <summary>Rows of pixels that are looked at.</summary>
    public int SeenHeight => GridHeight * PatchSize;

    /// <summary>Columns of pixels that are looked at.</summary>
    public int SeenWidth => GridWidth * PatchSize;

    /// <summary>Tokens of a picture.</summary>
    public int Tokens => OwnTokens + GridHeight * GridWidth;

    /// <summary>Numbers of a picture, as far as it is looked at.</summary>
    public int PixelCount => Channels * SeenHeight * SeenWidth;

    /// <summary>Numbers of a patch.</summary>
    public int PatchWidth => Channels * PatchSize * PatchSize;
}
