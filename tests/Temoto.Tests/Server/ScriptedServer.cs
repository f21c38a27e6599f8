using Temoto.Tests.Formats;
using Temoto.Tests.Generation.Tools;

namespace Temoto.Tests.Server;

/// <summary>A server of a model that thinks and calls tools as its script says (<see cref="ScriptedModel.HermesScript"/>), one for all tests of a class.</summary>
public sealed class ScriptedServer : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public ServerUnderTest Scripted { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        ScriptedModel.Write(folder.Path, ScriptedModel.HermesTemplate, ScriptedModel.HermesScript);
        Scripted = await ServerUnderTest.StartAsync(load: () => LanguageModel.Load(folder.Path, new ModelOptions { Threads = 1 }));
    }

    public async ValueTask DisposeAsync()
    {
        await Scripted.DisposeAsync();
        folder.Dispose();
    }
}
