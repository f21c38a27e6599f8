using Temoto.Formats.Hub;

namespace Temoto.Tests.Formats.Hub;

public class HubClientTests
{
    [Theory]
    [InlineData("https://hub.example/a/b", "https://store.example/x", "https://store.example/x")]
    [InlineData("https://hub.example/a/b", "/c", "https://hub.example/c")]
    [InlineData("http://127.0.0.1:5/a", "http://127.0.0.1:6/b", "http://127.0.0.1:6/b")]
    [InlineData("http://127.0.0.1:5/a", "https://store.example/x", "https://store.example/x")]
    [InlineData("https://hub.example/a", "http://store.example/x", null)]
    [InlineData("https://hub.example/a", "file:///etc/passwd", null)]
    [InlineData("http://hub.example/a", "ftp://store.example/x", null)]
    public void RedirectsNeverLeaveHttpsForLess(string from, string location, string? expected)
    {
        var target = new Uri(location, UriKind.RelativeOrAbsolute);
        if (location.StartsWith('/'))
            target = new Uri(location, UriKind.Relative);
        if (expected is null)
            Assert.Throws<InputException>(() => HubClient.Redirect(new Uri(from), target, "a/b"));
        else
            Assert.Equal(expected, HubClient.Redirect(new Uri(from), target, "a/b").ToString());
    }

    [Theory]
    [InlineData("ftp://x", "main", null)]
    [InlineData("not an address", "main", null)]
    [InlineData("https://x", "", null)]
    [InlineData("https://x", "a\nb", null)]
    [InlineData("https://x", "..", null)]
    [InlineData("https://x", "main", "a\r\nX-Injected: 1")]
    public void BadOptionsAreRefused(string endpoint, string revision, string? token) =>
        Assert.Throws<InputException>(() => new HubClient(new HubOptions { Repository = "a/b", Endpoint = endpoint, Revision = revision, Token = token }));
}
