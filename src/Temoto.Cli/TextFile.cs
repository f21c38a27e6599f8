namespace Temoto.Cli;

/// <summary>Text files that a command line names.</summary>
internal static class TextFile
{
    public static string Read(string path) => Read(path, File.ReadAllText);

    /// <summary>Reads with <paramref name="read"/>; a file that cannot be read is bad input.</summary>
    public static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, FileFailure.Of(path, error), "a readable file", "check the path");
        }
    }
}
