namespace Temoto.Formats.Hub;

/// <summary>A file as the hub describes it; null where it does not say.</summary>
/// <param name="Path">Inside the repository, with '/'.</param>
/// <param name="Sha256">Of a large (LFS) file's content, 64 hexadecimal digits.</param>
/// <param name="GitSha1">Git's blob id of a small file, 40 hexadecimal digits.</param>
internal sealed record HubFile(string Path, long? SizeBytes = null, string? Sha256 = null, string? GitSha1 = null)
{
    public bool HasHash => Sha256 is not null || GitSha1 is not null;

    /// <summary>What tells this content from any other; null where the hub gave no hash.</summary>
    public string? Identity => Sha256 ?? GitSha1;
}

/// <summary>The files of a repository at one commit.</summary>
/// <param name="Commit">What every file is then fetched from, so that a branch that moves cannot mix two versions.</param>
internal sealed record HubListing(string Commit, IReadOnlyList<HubFile> Files);
