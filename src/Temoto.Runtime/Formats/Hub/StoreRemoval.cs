namespace Temoto.Formats.Hub;

/// <summary>
/// Removes from the store what <c>pull</c> put there, and nothing else: files of other origin stay, links are never followed.
/// A process that has a file mapped keeps what it mapped (Unix), or keeps the file from being removed (Windows).
/// </summary>
internal static class StoreRemoval
{
    /// <summary>Removes a model, finished or not, or one of its files, a split model as one.</summary>
    /// <returns>The bytes freed, and the files left because pull did not fetch them.</returns>
    public static (long FreedBytes, int LeftFiles) Remove(ModelStore store, StoredModel model, string? file)
    {
        RefuseLinks(store, model);
        using var taken = StoreLock.TryTake(store, model)
            ?? throw new InputException(model.Name, null, "a pull of it that is running", "a model at rest", "wait for it, or interrupt it");
        var before = model.SizeBytes;
        if (file is null || !RemoveFile(model, file))
            RemoveAll(store, model);
        return (before - model.SizeBytes, model.Exists ? 0 : model.Files().Count());
    }

    /// <summary>Whether a model, or one of its files, can be removed: judged for all names before the first is removed.</summary>
    public static void Check(ModelStore store, StoredModel model, string? file)
    {
        RefuseLinks(store, model);
        if (file is not null)
            model.PathToOpen(file);
    }

    /// <summary>Deletes files of the model and the folders in it that become empty.</summary>
    public static void Delete(StoredModel model, IEnumerable<HubFile> files)
    {
        foreach (var file in files)
        {
            var path = model.PathOf(file.Path);
            if (HasLinkAbove(model.Folder, path))
                continue;
            if (File.Exists(path) || new FileInfo(path).LinkTarget is not null)
                File.Delete(path);
            for (var folder = Path.GetDirectoryName(path)!; folder.Length > model.Folder.Length && IsEmpty(folder); folder = Path.GetDirectoryName(folder)!)
                Directory.Delete(folder);
        }
    }

    /// <summary>The model's folder and its owner's, where nothing is left in them.</summary>
    public static void RemoveEmptyFolders(ModelStore store, StoredModel model)
    {
        foreach (var folder in new[] { Path.Combine(model.Folder, StoredModel.OwnFolder), model.Folder, Path.Combine(store.Root, model.Owner) })
        {
            if (IsEmpty(folder))
                Directory.Delete(folder);
        }
    }

    /// <returns>False where it is the last: then all goes.</returns>
    private static bool RemoveFile(StoredModel model, string file)
    {
        model.PathToOpen(file);
        var manifest = StoreManifest.Read(model.ManifestPath);
        var left = manifest.Files.Where(stored => !StoreManifest.GoesWith(stored.Path, file)).ToArray();
        if (left.Length == 0)
            return false;
        // First the manifest: a file that nobody speaks of does less harm than one that is missing.
        (manifest with { Files = left }).Write(model.ManifestPath);
        Delete(model, manifest.Files.Where(stored => StoreManifest.GoesWith(stored.Path, file)));
        return true;
    }

    private static void RemoveAll(ModelStore store, StoredModel model)
    {
        foreach (var path in new[] { model.ManifestPath, model.NextManifestPath })
            Delete(model, StorePull.Readable(path)?.Files ?? []);
        // Last, so that a removal that was interrupted can be done again. Links in it are removed, not followed.
        Directory.Delete(Path.Combine(model.Folder, StoredModel.OwnFolder), recursive: true);
        RemoveEmptyFolders(store, model);
    }

    private static void RefuseLinks(ModelStore store, StoredModel model)
    {
        foreach (var folder in new[] { Path.Combine(store.Root, model.Owner), model.Folder, Path.Combine(model.Folder, StoredModel.OwnFolder) })
        {
            if (new DirectoryInfo(folder).LinkTarget is { } target)
                throw new InputException(
                    model.Name, null, $"a link to {target} at {folder}", "a folder of the store", "remove the link yourself, and what it leads to");
        }
    }

    private static bool HasLinkAbove(string root, string path)
    {
        for (var folder = Path.GetDirectoryName(path)!; folder.Length > root.Length; folder = Path.GetDirectoryName(folder)!)
        {
            if (new DirectoryInfo(folder).LinkTarget is not null)
                return true;
        }
        return false;
    }

    private static bool IsEmpty(string folder) => Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any();
}
