namespace Temoto.Formats.Checkpoints;

/// <summary>A tensor that a file names but that cannot be read. That is no fault until something asks for it.</summary>
/// <param name="Source">The file.</param>
/// <param name="Key">What errors name: the tensor, or its entry.</param>
internal sealed record UnreadTensor(string Source, string Key, string Found, string Expected, string Next)
{
    public InputException Error() => new(Source, Key, Found, Expected, Next);
}
