using Microsoft.AspNetCore.Http;
using Temoto.Server.Security;

namespace Temoto.Tests.Server.Security;

public class HostNamesTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:8080", true)]
    [InlineData("127.0.0.1:8080", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("192.168.1.7", true)]
    [InlineData("box.example", true)]
    [InlineData("box.example.", true)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("", false)]
    public void NamesAreKnownAndAddressesAllowed(string host, bool allowed) =>
        Assert.Equal(allowed, new HostNames(["box.example"]).Allows(new HostString(host)));
}
