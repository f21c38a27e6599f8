using System.Net;

namespace Temoto.Formats.Hub;

/// <summary>One file of a finished download.</summary>
/// <param name="WasFetched">False where it was there already with the right hash.</param>
internal sealed record HubDownloadedFile(string Path, long SizeBytes, bool WasFetched);

/// <summary>What a download ended with.</summary>
internal sealed record HubDownloadResult(string Directory, string Commit, IReadOnlyList<HubDownloadedFile> Files);

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
    private long finishedBytes;
    private long totalBytes;

    private HubDownload(HubOptions options, string directory, Action<HubProgress>? progress)
    {
        this.options = options;
        this.directory = Path.GetFullPath(directory);
        this.progress = progress;
        client = new HubClient(options);
    }

    /// <summary>Fetches what <paramref name="options"/> name into <paramref name="directory"/>, which is made if need be.</summary>
    /// <exception cref="InputException">The repository, revision or file is not there or not allowed, or what came is not what was promised.</exception>
    /// <exception cref="HubUnavailableException">The hub could not be reached or kept failing.</exception>
    public static async Task<HubDownloadResult> RunAsync(HubOptions options, string directory, Action<HubProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            using var download = new HubDownload(options, directory, progress);
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
        var files = new List<HubFile>();
        foreach (var file in HubSelection.Select(listing, options.Repository, options.File))
        {
            HubPath.Under(directory, file.Path, options.Repository);
            files.Add(file.HasHash && file.SizeBytes is not null ? file : await client.DescribeAsync(file, listing.Commit, cancellation).ConfigureAwait(false));
        }
        foreach (var file in files)
        {
            if (file.SizeBytes is null || !file.HasHash)
                throw new InputException(options.Repository, file.Path, "neither size nor hash from the hub", "both, to tell a whole file from a broken one", "check the endpoint");
        }
        MakeDirectory(directory);
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var path = HubPath.Under(directory, file.Path, options.Repository);
            if (System.IO.File.Exists(path) && await HubHash.MatchesAsync(path, file, cancellation).ConfigureAwait(false))
                present.Add(file.Path);
        }
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
            done.Add(new HubDownloadedFile(file.Path, file.SizeBytes.Value, !isPresent));
        }
        return new HubDownloadResult(directory, listing.Commit, done);
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
