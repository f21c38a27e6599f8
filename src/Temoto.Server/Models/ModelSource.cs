namespace Temoto.Server.Models;

/// <summary>A model that can be served.</summary>
/// <param name="Name">For clients.</param>
/// <param name="Load">Loads it, on a thread of its own. Before it takes memory it tells how much, and goes on when that returns.</param>
internal sealed record ModelSource(string Name, Func<Action<MemoryPlan>, LanguageModel> Load)
{
    public bool IsNamed(string given) => ModelName.Means(given, Name);
}
