namespace Temoto.Formats.Hub;

/// <summary>Compares the files of a stored model with the hashes that the hub gave when they were pulled.</summary>
internal static class StoreVerification
{
    /// <summary>A file may lie in folders of its repository.</summary>
    private const int MostFoldersUp = 8;

    /// <summary>Reads every byte of a model's folder, or of the one file <paramref name="path"/>, with the other parts where it is one of a split model.</summary>
    /// <param name="progress">Bytes done, and of how many.</param>
    /// <returns>How many files were compared; null where the store has no hashes of what lies there.</returns>
    /// <exception cref="InputException">A file differs.</exception>
    public static int? Verify(string path, Action<long, long>? progress, CancellationToken cancellation)
    {
        if (FilesAt(Path.GetFullPath(path)) is not { } files)
            return null;
        long done = 0, all = files.Sum(file => file.Expected.SizeBytes!.Value);
        foreach (var (place, expected) in files)
        {
            var before = done;
            var found = File.Exists(place)
                ? HubHash.OfAsync(place, expected, cancellation, read => progress?.Invoke(before + read, all)).GetAwaiter().GetResult()
                : throw new InputException(place, null, "no such file", "the file that was pulled", "pull the model again: it fetches what is missing");
            if (!string.Equals(found, expected.Identity, StringComparison.OrdinalIgnoreCase))
                throw new InputException(place, null, $"content with hash {found}", expected.Identity!, "pull the model again: it fetches what differs");
            done += expected.SizeBytes!.Value;
        }
        return files.Count;
    }

    private static List<(string Place, HubFile Expected)>? FilesAt(string path)
    {
        if (Directory.Exists(path))
            return ManifestIn(path)?.Files.Select(file => (HubPath.Under(path, file.Path, path), file)).ToList();
        var folder = Path.GetDirectoryName(path);
        for (var up = 0; folder is not null && up < MostFoldersUp; up++, folder = Path.GetDirectoryName(folder))
        {
            var name = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
            if (ManifestIn(folder) is { } manifest && manifest.Files.Any(file => file.Path == name))
                return [.. manifest.Files.Where(file => StoreManifest.GoesWith(file.Path, name)).Select(file => (HubPath.Under(folder, file.Path, folder), file))];
        }
        return null;
    }

    private static StoreManifest? ManifestIn(string folder)
    {
        var path = Path.Combine(folder, StoredModel.OwnFolder, "manifest.json");
        return File.Exists(path) ? StoreManifest.Read(path) : null;
    }
}
