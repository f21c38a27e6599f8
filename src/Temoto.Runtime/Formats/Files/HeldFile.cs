namespace Temoto.Formats.Files;

/// <summary>How the system says that somebody else has a file locked.</summary>
internal static class HeldFile
{
    /// <summary>EWOULDBLOCK of Linux and of macOS, and Windows' sharing violation.</summary>
    public static bool Is(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);
}
