using System.Net;
using Microsoft.AspNetCore.Http;

namespace Temoto.Server.Security;

/// <summary>
/// Names under which the server may be asked. A web page whose own name leads to this machine (DNS rebinding) would otherwise count as of the server's origin. Addresses are allowed:
/// nobody can make one lead elsewhere.
/// </summary>
internal sealed class HostNames(IEnumerable<string> allowed)
{
    private readonly HashSet<string> names = new([.. allowed, "localhost"], StringComparer.OrdinalIgnoreCase);

    public bool Allows(HostString host)
    {
        var name = host.Host.Trim('[', ']').TrimEnd('.');
        return name.Length > 0 && (names.Contains(name) || IPAddress.TryParse(name, out _));
    }
}
