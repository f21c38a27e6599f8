using Temoto.Extensions.AI;
using Temoto.Tests.Demo;
using Temoto.Tests.Server;

namespace Temoto.Tests.ExtensionsAI;

/// <summary>The demo model, loaded once for all tests of a class.</summary>
public sealed class DemoChat : IDisposable
{
    /// <summary>A text that only a limit ends: the demo's end tokens are forbidden.</summary>
    public static GenerationOptions Endless { get; } = new() { Temperature = 0, LogitBias = DemoTokens.NoEnd };

    public LanguageModel Model { get; } = LanguageModel.Load(ServerUnderTest.DemoPath, new ModelOptions { Threads = 1 });

    public TemotoChatClient NewClient(int sessions = 4) => new(Model, new TemotoChatClientOptions { MaxSessions = sessions });

    public void Dispose() => Model.Dispose();
}
