using Temoto.Extensions.AI;
using Temoto.Tests.Formats;
using Temoto.Tests.Generation.Tools;

namespace Temoto.Tests.ExtensionsAI;

/// <summary>A model that thinks, calls two tools and, when it has their results, answers (<see cref="ScriptedModel.HermesScript"/>).</summary>
public sealed class ScriptedChat : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ScriptedChat()
    {
        ScriptedModel.Write(folder.Path, ScriptedModel.HermesTemplate + "{% if messages[-1].role == 'tool' %}.{% endif %}", ScriptedModel.HermesScript);
        Client = TemotoChatClient.Load(folder.Path, new ModelOptions { Threads = 1 }, new TemotoChatClientOptions { ModelId = "scripted" });
    }

    public TemotoChatClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        folder.Dispose();
    }
}
