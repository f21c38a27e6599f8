namespace Temoto.Extensions.AI;

/// <summary>What models are called where nobody says otherwise.</summary>
internal static class ModelName
{
    /// <summary>Of the metadata.</summary>
    public const string Provider = "temoto";

    private static readonly string[] Endings = [".gguf", ".temoto", ".bin"];

    /// <summary>The file's or folder's name; a point in it may be of a version.</summary>
    public static string Of(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        var ending = Endings.FirstOrDefault(ending => name.Length > ending.Length && name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        return ending is null ? name : name[..^ending.Length];
    }

    /// <exception cref="ArgumentException">Another model is asked for.</exception>
    public static void Require(string? asked, string name, string property)
    {
        if (asked is not null && asked != name)
            throw new ArgumentException($"{property}: found '{asked}'; expected '{name}', the one model of this client, or null; leave it out, or ask a client of that model", property);
    }
}
