using Temoto.Formats.Hub;

namespace Temoto.Tests.Formats.Hub;

public class HubOptionsTests
{
    [Theory]
    [InlineData(null, null, null, null, HubOptions.DefaultEndpoint, null)]
    [InlineData(null, null, "https://mirror", "env", "https://mirror", "env")]
    [InlineData("https://given", "arg", "https://mirror", "env", "https://given", "arg")]
    [InlineData("", " ", "", "  env\n", HubOptions.DefaultEndpoint, "env")]
    public void ArgumentsWinOverTheEnvironment(string? endpoint, string? token, string? endpointVariable, string? tokenVariable, string expectedEndpoint, string? expectedToken)
    {
        var options = HubOptions.From("a/b", endpoint, token, name => name switch { "HF_ENDPOINT" => endpointVariable, "HF_TOKEN" => tokenVariable, _ => null });
        Assert.Equal((expectedEndpoint, expectedToken), (options.Endpoint, options.Token));
    }
}
