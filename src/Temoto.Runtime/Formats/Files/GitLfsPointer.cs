namespace Temoto.Formats.Files;

/// <summary>
/// The few lines of text that git leaves where a large file belongs when a repository was cloned without git-lfs (its specification:
/// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md): the most common mistake about a model, worth a line of its own.
/// </summary>
internal static class GitLfsPointer
{
    /// <summary>Pointers are shorter, says the specification.</summary>
    private const int MaxBytes = 1024;

    private static ReadOnlySpan<byte> Begin => "version https://git-lfs.github.com/spec/"u8;

    /// <summary>Refuses a pointer in place of the file it stands for.</summary>
    /// <param name="start">The first bytes of the file.</param>
    /// <param name="fileBytes">All of them.</param>
    /// <param name="expected">What kind of file the caller wants.</param>
    public static void Refuse(string path, ReadOnlySpan<byte> start, long fileBytes, string expected)
    {
        if (fileBytes < MaxBytes && start.StartsWith(Begin))
            throw new InputException(path, null, $"a git-lfs pointer: {fileBytes} bytes of text in place of the file", expected, "fetch the file itself: run 'git lfs pull' in its folder, or 'temoto pull' its repository");
    }
}
