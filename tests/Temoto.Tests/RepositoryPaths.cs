namespace Temoto.Tests;

/// <summary>Where the checkout and the optional data folder beside it lie.</summary>
internal static class RepositoryPaths
{
    /// <summary>The folder that holds global.json, found upwards from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>../shared/data beside the checkout (or TEMOTO_TEST_DATA); null where it is absent.</summary>
    public static string? Data { get; } = FindData();

    /// <summary>A path under the data folder; skips the calling test with a printed reason where it is absent.</summary>
    public static string DataPath(string relative)
    {
        Assert.SkipWhen(Data is null, $"needs the test data folder ../shared/data ({relative})");
        return Path.Combine(Data!, relative);
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "global.json")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("global.json not found above the test assembly");
        return folder;
    }

    private static string? FindData()
    {
        var folder = Environment.GetEnvironmentVariable("TEMOTO_TEST_DATA") ?? Path.Combine(Root, "..", "shared", "data");
        return Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
    }
}
