namespace Temoto.Demo.Pictures;

/// <summary>What a picture shows, in the order of the model's labels.</summary>
internal enum PictureClass
{
    Ok,
    Scratch,
    Dent,
    Stain,
    Crack,
    MissingPart,
}

/// <summary>The classes' names, as id2label and the folders have them.</summary>
internal static class PictureClasses
{
    public static readonly IReadOnlyList<string> Names = ["ok", "scratch", "dent", "stain", "crack", "missing-part"];
}
