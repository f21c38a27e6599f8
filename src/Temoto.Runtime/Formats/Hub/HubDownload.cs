using System.Net;
using Temoto.Formats.Files;

namespace Temoto.Formats.Hub;

/// <summary>One file of a finished download.</summary>
/// <param name="WasFetched">False where it was there already with the right hash.</param>
/// <param name="WasHeld">True where it is the stored model's own, and so not in the directory written to.</param>
internal sealed record HubDownloadedFile(HubFile File, bool WasFetched, bool WasHeld)
{
    public string Path => File.Path;

    public long SizeBytes => File.SizeBytes!.Value;
}

/// <summary>What a download ended with.</summary>
/// <param name="Kept">Files of the stored model that were not asked for this time and are the same at this commit.</param>
internal sealed record HubDownloadResult(string Directory, string Commit, IReadOnlyList<HubDownloadedFile> Files, IReadOnlyList<HubFile> Kept);

/// <summary>
/// Fetches a checkpoint into a directory. A file gets its name only when it is whole: it is written as NAME.part, flushed to the disk,
/// checked against the hub's hash and then renamed. An interrupted download is resumed from its .part.
/// </summary>
internal sealed class HubDownload : IDisposable
{
    private const int BufferBytes = 1 << 18;

    /// <summary>A try that brought at least this much counts as progress.</summary>
    private const long ProgressBytes = 1 << 20;

    private readonly HubOptions options;
    private readonly HubClient client;
    private readonly string directory;
    private readonly Action<HubProgress>? progress;
    private readonly StoredModel? held;
    private long finishedBytes;
    private long totalBytes;

    private HubDownload(HubOptions options, string directory, Action<HubProgress>? progress, StoredModel? held)
    {
        this.options = options;
        this.directory = Path.GetFullPath(directory);
        this.progress = progress;
        this.held = held;
        client = new HubClient(options);
    }

    /// <summary>Fetches what <paramref name="options"/> name into <paramref name="directory"/>, which is made if need be.</summary>
    /// <param name="held">The stored model that the files are for: what it has with the right hash is not fetched.</param>
    /// <exception cref="InputException">The repository, revision or file is not there or not allowed, or what came is not what was promised.</exception>
    /// <exception cref="HubUnavailableException">The hub could not be reached or kept failing.</exception>
    public static async Task<HubDownloadResult> RunAsync(
        HubOptions options, string directory, Action<HubProgress>? progress, CancellationToken cancellation, StoredModel? held = null)
    {
        try
        {
            using var download = new HubDownload(options, directory, progress, held);
            return await download.RunAsync(cancellation).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new InputException(directory, null, FileFailure.Of(directory, error), "a directory that may be written", "give another with --to");
        }
        catch (IOException error) when (error is not HubUnavailableException)
        {
            throw new HubUnavailableException($"{directory}: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<HubDownloadResult> RunAsync(CancellationToken cancellation)
    {
        var listing = await client.ListAsync(cancellation).ConfigureAwait(false);
        var files = await DescribeAsync(HubSelection.Select(listing, options.Repository, options.File), listing.Commit, cancellation).ConfigureAwait(false);
        var kept = await KeptAsync(files, listing, cancellation).ConfigureAwait(false);
        MakeDirectory(directory);
        RememberCommand();
        var (present, heldFiles) = await PresentAsync(files, cancellation).ConfigureAwait(false);
        CheckDiskSpace(files.Where(file => !present.Contains(file.Path)));
        totalBytes = files.Sum(file => file.SizeBytes!.Value);
        var done = new List<HubDownloadedFile>();
        foreach (var file in files)
        {
            var isPresent = present.Contains(file.Path);
            if (!isPresent)
                await FetchAsync(file, listing.Commit, cancellation).ConfigureAwait(false);
            finishedBytes += file.SizeBytes!.Value;
            progress?.Invoke(new HubProgress(file.Path, file.SizeBytes.Value, file.SizeBytes.Value, finishedBytes, totalBytes));
            done.Add(new HubDownloadedFile(file, !isPresent, heldFiles.Contains(file.Path)));
        }
        return new HubDownloadResult(directory, listing.Commit, done, kept);
    }

    /// <summary>Sizes and hashes of all files, asked for where the listing lacks them.</summary>
    private async Task<List<HubFile>> DescribeAsync(IEnumerable<HubFile> selection, string commit, CancellationToken cancellation)
    {
        var files = new List<HubFile>();
        foreach (var file in selection)
        {
            HubPath.Under(directory, file.Path, options.Repository);
            held?.PathOf(file.Path);
            files.Add(file.HasHash && file.SizeBytes is not null ? file : await client.DescribeAsync(file, commit, cancellation).ConfigureAwait(false));
        }
        foreach (var file in files)
        {
            if (file.SizeBytes is null || !file.HasHash)
                throw new InputException(options.Repository, file.Path, "neither size nor hash from the hub", "both, to tell a whole file from a broken one", "check the endpoint");
        }
        return files;
    }

    /// <summary>What the stored model goes on to hold beside the files asked for; refuses to mix commits.</summary>
    private async Task<List<HubFile>> KeptAsync(List<HubFile> files, HubListing listing, CancellationToken cancellation)
    {
        var kept = new List<HubFile>();
        if (held is null || StorePull.Readable(held.ManifestPath) is not { } manifest)
            return kept;
        // Without a commit from the hub, "main" is not always the same.
        var isSame = listing.Commit.Length == 40 && listing.Commit == manifest.Commit;
        foreach (var file in manifest.Files.Where(stored => files.All(asked => asked.Path != stored.Path)))
        {
            // What a whole checkpoint no longer has goes with its old commit.
            if (!isSame && options.File is null && !StoreManifest.OpensAlone(file.Path))
                continue;
            if (!isSame && !await IsUnchangedAsync(file, listing, cancellation).ConfigureAwait(false))
            {
                throw new InputException(
                    options.Repository, file.Path, $"it in the store at commit {manifest.Commit} and not the same at {listing.Commit}", "files of one commit",
                    $"add --revision {manifest.Commit}, or remove what is there: temoto rm {held.Name}");
            }
            kept.Add(file);
        }
        return kept;
    }

    private async Task<bool> IsUnchangedAsync(HubFile stored, HubListing listing, CancellationToken cancellation)
    {
        var listed = listing.Files.FirstOrDefault(candidate => candidate.Path == stored.Path);
        return listed is not null && (await DescribeAsync([listed], listing.Commit, cancellation).ConfigureAwait(false))[0].Identity == stored.Identity;
    }

    /// <summary>Which files are there already with the right hash, in the directory or in the stored model, and which of them in the latter.</summary>
    private async Task<(HashSet<string> Present, HashSet<string> Held)> PresentAsync(List<HubFile> files, CancellationToken cancellation)
    {
        var (present, own) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var file in files)
        {
            if (held is not null && await IsAtAsync(held.PathOf(file.Path), file).ConfigureAwait(false))
                own.Add(file.Path);
            else if (await IsAtAsync(HubPath.Under(directory, file.Path, options.Repository), file).ConfigureAwait(false))
                present.Add(file.Path);
        }
        present.UnionWith(own);
        return (present, own);

        async Task<bool> IsAtAsync(string path, HubFile file) =>
            System.IO.File.Exists(path) && await HubHash.MatchesAsync(path, file, cancellation).ConfigureAwait(false);
    }

    /// <summary>So that whoever finds an interrupted pull can be told how to go on with it.</summary>
    private void RememberCommand()
    {
        if (held is null)
            return;
        AtomicFile.WriteText(held.CommandPath, StoredModel.PullCommand(options.Repository, options.File, options.Revision));
    }

    private static void MakeDirectory(string path)
    {
        if (System.IO.File.Exists(path))
            throw new InputException(path, null, "a file", "a directory to write into", "give another with --to");
        System.IO.Directory.CreateDirectory(path);
    }

    private void CheckDiskSpace(IEnumerable<HubFile> missing)
    {
        var needed = missing.Sum(file =>
        {
            var part = new FileInfo(new HubPart(HubPath.Under(directory, file.Path, options.Repository)).Path);
            return Math.Max(0, file.SizeBytes!.Value - (part.Exists ? part.Length : 0));
        });
        var free = options.FreeBytes(directory);
        if (needed > free)
            throw new InputException(directory, null, $"{free:N0} bytes free", $"{needed:N0} for {options.Repository}", "free some space or give another directory with --to");
    }

    private async Task FetchAsync(HubFile file, string commit, CancellationToken cancellation)
    {
        var target = HubPath.Under(directory, file.Path, options.Repository);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var part = new HubPart(target);
        var failures = 0;
        var farthestBytes = part.LengthBytes;
        while (true)
        {
            var before = part.Resume(file)?.Bytes ?? 0;
            try
            {
                await TransferAsync(file, commit, part, cancellation).ConfigureAwait(false);
                var hash = await HubHash.OfAsync(part.Path, file, cancellation).ConfigureAwait(false);
                if (string.Equals(hash, file.Identity, StringComparison.OrdinalIgnoreCase))
                {
                    part.Finish(target);
                    return;
                }
                part.Discard();
                // A resumed file may have been spoilt on this side: the next try starts from nothing and tells.
                if (++failures >= options.Attempts || before == 0)
                    throw new InputException(options.Repository, file.Path, $"content with hash {hash}", $"{file.Identity}", "run it again; if it stays so, do not trust this endpoint");
            }
            catch (HubTransferException failure)
            {
                // Counted from the farthest byte ever reached: a server that makes it start over cannot keep it going for ever.
                var isProgress = part.LengthBytes >= farthestBytes + ProgressBytes;
                failures = isProgress ? 1 : failures + 1;
                farthestBytes = isProgress ? part.LengthBytes : farthestBytes;
                if (failures >= options.Attempts)
                    throw failure.Final(options, failures);
                await client.WaitAsync(failures, failure, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One try: brings the .part to its full length, or throws and leaves what came.</summary>
    private async Task TransferAsync(HubFile file, string commit, HubPart part, CancellationToken cancellation)
    {
        var size = file.SizeBytes!.Value;
        var resume = part.Resume(file);
        if (resume?.Bytes == size)
            return;
        using var answer = await client.OpenAsync(file.Path, commit, resume?.Bytes ?? 0, resume?.Etag, cancellation).ConfigureAwait(false);
        if (answer.Response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            part.Discard();
            throw new HubTransferException($"{file.Path}: the server has no byte {resume?.Bytes ?? 0}");
        }
        if (answer.TotalBytes is { } promised && promised != size)
        {
            part.Discard();
            throw new InputException(options.Repository, file.Path, $"{promised:N0} bytes announced", $"{size:N0}", "run it again; if it stays so, do not trust this endpoint");
        }
        var from = answer.Response.StatusCode == HttpStatusCode.PartialContent ? answer.Range?.From ?? -1 : 0;
        if (from != 0 && from != resume?.Bytes)
        {
            part.Discard();
            throw new HubTransferException($"{file.Path}: the server sent another part than asked for");
        }
        using var output = part.Open(file, answer.Etag, from);
        var body = await answer.Response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        var position = from;
        while (true)
        {
            progress?.Invoke(new HubProgress(file.Path, position, size, finishedBytes + position, totalBytes));
            var read = await client.WithinStallAsync(async token => await body.ReadAsync(buffer, token).ConfigureAwait(false), file.Path, cancellation).ConfigureAwait(false);
            if (read == 0)
                break;
            if (position + read > size)
            {
                output.Dispose();
                part.Discard();
                throw new InputException(options.Repository, file.Path, $"more than {size:N0} bytes", $"{size:N0}", "do not trust this endpoint");
            }
            output.Write(buffer, 0, read);
            position += read;
        }
        if (position != size)
            throw new HubTransferException($"{file.Path}: the connection ended at byte {position:N0} of {size:N0}");
        output.Flush(flushToDisk: true);
    }
}
