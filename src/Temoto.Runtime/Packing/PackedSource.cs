namespace Temoto.Packing;

/// <summary>Which packed matrix an error is about.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">The tensor.</param>
internal sealed record PackedSource(string Path, string Name)
{
    public InputException Bad(string found, string expected) => new(Path, Name, found, expected, "the packed weights are damaged: download or pack the file again");
}
