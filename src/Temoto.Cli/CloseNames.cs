namespace Temoto.Cli;

/// <summary>Names that somebody who mistyped one may have meant.</summary>
internal static class CloseNames
{
    private const int Most = 3;

    /// <summary>Those that contain what was typed or differ from it in at most a third of the letters, the closest first.</summary>
    public static IReadOnlyList<string> Of(string typed, IEnumerable<string> names) =>
    [
        .. names.Select(name => (Name: name, Edits: Spelling.Distance(typed, name)))
            .Where(item => item.Edits <= Math.Max(1, typed.Length / 3) || (typed.Length > 1 && item.Name.Contains(typed, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(item => item.Edits).Take(Most).Select(item => item.Name),
    ];
}
