using System.Runtime.InteropServices;

namespace Temoto.Cli;

/// <summary>The reader of stdout, who may leave before the text ends (<c>| head -1</c>). Writes to a pipe without a reader are dropped without an error.</summary>
internal static partial class OutputPipe
{
    private const int StandardOutput = 1;

    /// <summary>POLLERR and POLLHUP, alike on Linux and macOS.</summary>
    private const short ErrorOrHangUp = 0x08 | 0x10;

    /// <summary>Whether nobody can read what is written from now on.</summary>
    public static bool IsClosed
    {
        get
        {
            if (OperatingSystem.IsWindows())
                return false;
            var request = new PollRequest { Descriptor = StandardOutput };
            return Poll(ref request, 1, 0) > 0 && (request.Returned & ErrorOrHangUp) != 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollRequest request, nuint count, int timeoutMilliseconds);

    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
