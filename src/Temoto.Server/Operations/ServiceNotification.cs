using System.Net.Sockets;
using System.Text;

namespace Temoto.Server.Operations;

/// <summary>Tells systemd that the service is ready, or is about to stop (sd_notify); does nothing where nobody listens.</summary>
internal static class ServiceNotification
{
    private static string? Listener => Environment.GetEnvironmentVariable("NOTIFY_SOCKET");

    public static void Ready() => Send("READY=1", Listener);

    public static void Stopping() => Send("STOPPING=1", Listener);

    /// <param name="path">Of systemd's socket.</param>
    public static void Send(string state, string? path)
    {
        if (path is not { Length: > 1 })
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // An abstract name begins with a zero byte, written as @.
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
            socket.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (Exception error) when (error is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            // The service runs all the same; systemd says so itself when it waits in vain.
        }
    }
}
