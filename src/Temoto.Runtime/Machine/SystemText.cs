namespace Temoto.Machine;

/// <summary>Small files in which an operating system says things of itself.</summary>
internal static class SystemText
{
    /// <summary>Without white space around it; null where there is no such file, or none that may be read.</summary>
    public static string? FirstLine(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadLines(path).FirstOrDefault()?.Trim() : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
