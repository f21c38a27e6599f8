namespace Temoto.Tensors;

/// <summary>
/// Follows symbolic links as the kernel does: a relative target counts from the folder of its link, ".." leaves the folder that a link led to, links may
/// lead to links. (.NET's own resolution takes a bare name's target from "/", and shortens ".." before it looks at links.)
/// </summary>
internal static class LinkedPath
{
    /// <summary>The kernel's own bound (Linux, path_resolution(7)).</summary>
    private const int MostLinks = 40;

    /// <summary>
    /// The absolute path that <paramref name="path"/> leads to, without a link in it. What is missing stays as it is spelled, so the target of a dangling link
    /// comes out too. Links that lead in a circle are bad input.
    /// </summary>
    public static string Resolve(string path)
    {
        if (path.Length == 0)
            return path;
        // The working directory may be gone; a full path does not need it.
        var full = Path.IsPathFullyQualified(path) ? path : Path.Combine(Directory.GetCurrentDirectory(), path);
        return OperatingSystem.IsWindows() ? ResolveLast(path, Path.GetFullPath(full)) : ResolveAll(path, full);
    }

    /// <summary>Windows shortens ".." by its spelling; its own resolution is right for full paths.</summary>
    private static string ResolveLast(string path, string full)
    {
        try
        {
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return full;
        }
        catch (IOException)
        {
            throw Circle(path);
        }
    }

    private static string ResolveAll(string path, string full)
    {
        var names = new Stack<string>();
        Push(names, full);
        var (resolved, links) = ("", 0);
        while (names.TryPop(out var name))
        {
            if (name == "..")
            {
                resolved = resolved[..Math.Max(0, resolved.LastIndexOf('/'))];
                continue;
            }
            var next = $"{resolved}/{name}";
            if (Target(next) is not { } target)
            {
                resolved = next;
                continue;
            }
            if (++links > MostLinks)
                throw Circle(path);
            if (target.StartsWith('/'))
                resolved = "";
            Push(names, target);
        }
        return resolved.Length == 0 ? "/" : resolved;
    }

    /// <summary>Null where there is no link. What /proc/PID/fd holds looks like links, but only the kernel can follow them: a pipe has no name.</summary>
    private static string? Target(string path)
    {
        var isOpenFile = path.StartsWith("/proc/", StringComparison.Ordinal) && path.Contains("/fd/", StringComparison.Ordinal);
        return isOpenFile || path.Contains('\0', StringComparison.Ordinal) ? null : new FileInfo(path).LinkTarget;
    }

    private static void Push(Stack<string> names, string path)
    {
        foreach (var name in path.Split('/').Reverse())
        {
            if (name is not ("" or "."))
                names.Push(name);
        }
    }

    private static InputException Circle(string path) =>
        new(path, null, "links that lead in a circle", "a link that ends at a file", "mend or remove the links");
}
