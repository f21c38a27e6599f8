namespace Temoto.Server.Models;

/// <summary>Names as clients write them.</summary>
internal static class ModelName
{
    /// <summary>What Ollama's clients put behind a name without a tag.</summary>
    private const string DefaultTag = ":latest";

    /// <summary>The name with a tag.</summary>
    public static string Tagged(string name) => name.Contains(':', StringComparison.Ordinal) ? name : name + DefaultTag;

    /// <summary>Whether a client's word is this name, with its tag or without.</summary>
    public static bool Means(string given, string name) => given == name || given == Tagged(name);
}
