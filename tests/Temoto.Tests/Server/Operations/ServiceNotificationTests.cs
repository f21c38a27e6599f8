using System.Net.Sockets;
using System.Text;
using Temoto.Server.Operations;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Server.Operations;

public class ServiceNotificationTests
{
    [Fact]
    public void ASupervisorIsToldAndNobodyIsNoFault()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "datagrams of Unix sockets: Linux only");
        using var folder = new TemporaryFolder();
        using var supervisor = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        supervisor.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        ServiceNotification.Send("READY=1", folder.File("notify"));
        var buffer = new byte[64];
        Assert.Equal("READY=1", Encoding.UTF8.GetString(buffer, 0, supervisor.Receive(buffer)));
        ServiceNotification.Send("READY=1", folder.File("nobody"));
        ServiceNotification.Send("READY=1", null);
    }
}
