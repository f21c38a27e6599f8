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

    /// <summary>Pixels of a patch's side; divides height and width.</summary>
    public required int PatchSize { get; init; }

    /// <summary>A second token beside the class token (deit).</summary>
    public bool DistillationToken { get; init; }

    /// <summary>A head for each of the two tokens, whose logits are averaged (DeiTForImageClassificationWithTeacher).</summary>
    public bool DistillationClassifier { get; init; }

    /// <summary><c>id2label</c>: the name of each class.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    public int GridHeight => ImageHeight / PatchSize;

    public int GridWidth => ImageWidth / PatchSize;

    /// <summary>Tokens in front of the patches.</summary>
    public int OwnTokens => DistillationToken ? 2 : 1;

    /// <summary>Tokens of a picture.</summary>
    public int Tokens => OwnTokens + GridHeight * GridWidth;

    /// <summary>Numbers of a picture.</summary>
    public int PixelCount => Channels * ImageHeight * ImageWidth;

    /// <summary>Numbers of a patch.</summary>
    public int PatchWidth => Channels * PatchSize * PatchSize;
}
