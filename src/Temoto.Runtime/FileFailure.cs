namespace Temoto;

/// <summary>What the system says when a file cannot be opened or written, as the "found" of an <see cref="InputException"/>.</summary>
internal static class FileFailure
{
    public static string Of(string path, Exception error) => error switch
    {
        // A pipe of the shell, such as <(command), is a link to a name that does not exist.
        FileNotFoundException or DirectoryNotFoundException when Path.Exists(path) => "a pipe, or a link to what is gone",
        FileNotFoundException => "no such file",
        DirectoryNotFoundException => "no such folder",
        PathTooLongException => "a name that is too long",
        UnauthorizedAccessException => Directory.Exists(path) ? "a directory" : "no permission for it",
        _ => error.Message.ReplaceLineEndings(" ").TrimEnd('.'),
    };
}
