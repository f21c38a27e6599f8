using System.Collections.Frozen;
using System.Reflection;

namespace Temoto.Server.Page;

/// <summary>The files of the web page, which lie in this assembly. They hold no secrets: whoever reaches the server may have them, what they show needs a key.</summary>
internal static class PageFiles
{
    /// <summary>Of resources, and of paths: names are both.</summary>
    private const string Prefix = "page/";

    /// <summary>Read and compressed when the page is asked for first: a server that nobody looks at does not pay for it.</summary>
    private static readonly Lazy<FrozenDictionary<string, PageFile>> All = new(ReadAll);

    /// <summary>The document; all else hangs on it.</summary>
    public static PageFile Index => All.Value["index.html"];

    public static IEnumerable<PageFile> Files => All.Value.Values;

    /// <param name="name">As in <c>chat/view.js</c>; it is looked up, never opened.</param>
    public static PageFile? Find(string? name) => name is null ? null : All.Value.GetValueOrDefault(name);

    private static FrozenDictionary<string, PageFile> ReadAll()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                // Built on Windows, folders are divided by the other slash.
                return PageFile.Of(name[Prefix.Length..].Replace('\\', '/'), bytes);
            })
            .ToFrozenDictionary(file => file.Name, StringComparer.Ordinal);
    }
}
