namespace Temoto.Server.Models;

/// <summary>A model that can be served.</summary>
/// <param name="Name">For clients.</param>
/// <param name="Load">Loads it, on a thread of its own. Before it takes memory it tells how much, and goes on when that returns.</param>
internal sealed record ModelSource(string Name, Func<Action<MemoryPlan>, LanguageModel> Load)
{
    /// <summary>What Ollama's clients put behind a name without a tag.</summary>
    private const string DefaultTag = ":latest";

    public bool IsNamed(string name) => name == Name || name == Tagged(Name);

    /// <summary>The name with a tag.</summary>
    public static string Tagged(string name) => name.Contains(':', StringComparison.Ordinal) ? name : name + DefaultTag;
}
