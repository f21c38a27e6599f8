using System.CommandLine;
using System.CommandLine.Completions;

namespace Temoto.Cli;

/// <summary>
/// What shells offer for values that are paths, so that every shell offers the same: options whose help names a file or folder, and models, which are
/// also called by name. Verbs, options
/// and words of closed sets complete by themselves.
/// </summary>
internal static class Completions
{
    private static readonly string[] PathNames = ["FILE", "PATH", "DIR", "REFERENCE"];

    public static void AddTo(RootCommand root)
    {
        foreach (var command in root.Subcommands)
        {
            foreach (var model in command.Arguments.Where(argument => argument.Name == "MODEL"))
            {
                // Or the help would list what completes in its place.
                model.HelpName = model.Name;
                model.CompletionSources.Add(context => ModelName.All().Select(name => new CompletionItem(name)).Concat(Paths(context.WordToComplete)));
            }
            foreach (var option in command.Options.Where(option => PathNames.Contains(option.HelpName)))
                option.CompletionSources.Add(context => Paths(context.WordToComplete));
        }
    }

    /// <summary>
    /// Entries of the folder that <paramref name="word"/> names so far, spelled the way it begins; folders end in a slash, hidden entries must be
    /// asked for.
    /// </summary>
    private static IEnumerable<CompletionItem> Paths(string word)
    {
        if (word.StartsWith('-'))
            return [];
        var cut = word.LastIndexOf('/') + 1;
        var (typed, begun) = (word[..cut], word[cut..]);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var folder = typed.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, typed[2..]) : typed.Length == 0 ? "." : typed;
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos()
                .Where(entry => entry.Name.StartsWith(begun, StringComparison.Ordinal) && (begun.Length > 0 || entry.Name[0] != '.'))
                .Select(entry => new CompletionItem(typed + entry.Name + (entry is DirectoryInfo ? "/" : "")))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }
}
