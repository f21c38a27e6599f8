namespace Temoto.Formats.Hub;

/// <summary>
/// Pulls into the store. All files of a model are of one commit: what is fetched lies apart until the last file is whole; then a manifest is written
/// that says what belongs together, and the files are given their names. Whatever interrupts that last step, it can be finished from what lies there.
/// </summary>
internal static class StorePull
{
    /// <param name="waiting">Called once where another process is pulling the same model: this one waits for it.</param>
    public static async Task<HubDownloadResult> RunAsync(
        HubOptions options, ModelStore store, Action<HubProgress>? progress, Action? waiting, CancellationToken cancellation)
    {
        var model = store.For(options.Repository);
        using var taken = await StoreLock.TakeAsync(store, model, waiting, cancellation).ConfigureAwait(false);
        try
        {
            GiveNames(model);
            var result = await HubDownload.RunAsync(options, model.StagingFolder, progress, cancellation, model).ConfigureAwait(false);
            Complete(model, options, result);
            return result with { Directory = model.Folder };
        }
        finally
        {
            RemoveEmpty(store, model);
        }
    }

    /// <summary>Finishes the last step of a pull that was interrupted in it; does nothing otherwise.</summary>
    public static void GiveNames(StoredModel model)
    {
        if (!File.Exists(model.NextManifestPath))
            return;
        var next = Readable(model.NextManifestPath);
        // First what goes: a name may turn from a file into a folder, or change its letters' case only.
        StoreRemoval.Delete(model, (Readable(model.ManifestPath)?.Files ?? []).Where(old => next is not null && next.Files.All(file => !IsSameName(file.Path, old.Path))));
        foreach (var file in next?.Files ?? [])
        {
            var staged = HubPath.Under(model.StagingFolder, file.Path, model.Name);
            if (!File.Exists(staged))
                continue;
            var path = model.PathOf(file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(staged, path, overwrite: true);
        }
        if (next is null)
        {
            File.Delete(model.NextManifestPath);
            return;
        }
        if (Directory.Exists(model.StagingFolder))
            Directory.Delete(model.StagingFolder, recursive: true);
        File.Delete(model.CommandPath);
        File.Move(model.NextManifestPath, model.ManifestPath, overwrite: true);
    }

    private static bool IsSameName(string left, string right) =>
        string.Equals(left, right, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <summary>Null where there is none or none that can be read: its files are then told by their hashes alone.</summary>
    public static StoreManifest? Readable(string path)
    {
        try
        {
            return File.Exists(path) ? StoreManifest.Read(path) : null;
        }
        catch (InputException)
        {
            return null;
        }
    }

    private static void Complete(StoredModel model, HubOptions options, HubDownloadResult result)
    {
        // An earlier pull, of another revision, may have left these.
        var left = result.Files.Where(file => file.WasHeld).Select(file => HubPath.Under(model.StagingFolder, file.Path, model.Name));
        foreach (var staged in left.Where(File.Exists))
            File.Delete(staged);
        var files = result.Files.Select(file => file.File).Concat(result.Kept).OrderBy(file => file.Path, StringComparer.Ordinal);
        var endpoint = WithoutCredentials(options.Endpoint);
        var manifest = new StoreManifest(options.Repository, endpoint, options.Revision, result.Commit, DateTimeOffset.UtcNow, [.. files]);
        manifest.Write(model.NextManifestPath);
        GiveNames(model);
    }

    private static string WithoutCredentials(string endpoint) =>
        new Uri(endpoint).GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>A pull that brought nothing leaves nothing: a mistyped name is no model.</summary>
    private static void RemoveEmpty(ModelStore store, StoredModel model)
    {
        if (!Directory.Exists(model.StagingFolder) || Directory.EnumerateFiles(model.StagingFolder, "*", SearchOption.AllDirectories).Any())
            return;
        Directory.Delete(model.StagingFolder, recursive: true);
        File.Delete(model.CommandPath);
        StoreRemoval.RemoveEmptyFolders(store, model);
    }
}
