namespace Temoto.Formats.Files;

/// <summary>A disk, a quota or a size limit that has no room left: nobody's input is wrong, the work failed.</summary>
internal static class FullDisk
{
    // errno of Linux and macOS (no space; quota; file size limit), ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of Windows.
    private static readonly int[] Codes = [28, OperatingSystem.IsMacOS() ? 69 : 122, 27, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>.NET makes an <see cref="ArgumentOutOfRangeException"/> of the limit on a file's size, where no argument is to blame.</summary>
    public static bool Is(Exception error) => error is ArgumentOutOfRangeException || (error is IOException && Codes.Contains(error.HResult));

    /// <summary>Whether a stream that was written to, flushed or closed failed, rather than the program.</summary>
    public static bool IsFailureToWrite(Exception error) => error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    /// <summary>One line with what to do about it.</summary>
    public static IOException Error(string name, Exception cause) =>
        new($"{name}: no room for all of it on the disk; free some space, or choose another output path", cause);
}
