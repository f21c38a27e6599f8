namespace Temoto;

/// <summary>Whether a model must, may or must not call tools.</summary>
public sealed record ToolChoice
{
    private ToolChoice(string word, string? name = null)
    {
        Word = word;
        Name = name;
    }

    /// <summary>The model decides.</summary>
    public static ToolChoice Auto { get; } = new("auto");

    /// <summary>No tool is told to the model.</summary>
    public static ToolChoice None { get; } = new("none");

    /// <summary>The answer begins with a call.</summary>
    public static ToolChoice Required { get; } = new("required");

    /// <summary>auto, none, required or function.</summary>
    public string Word { get; }

    /// <summary>The tool that must be called; null where it is left open.</summary>
    public string? Name { get; }

    /// <summary>The answer begins with a call of this tool.</summary>
    public static ToolChoice Function(string name) => new("function", name);

    /// <summary>Whether the answer must begin with a call.</summary>
    internal bool Forces => Word is "required" or "function";
}
