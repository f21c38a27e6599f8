using System.Text.RegularExpressions;

namespace Temoto.Generation.Tools;

/// <summary>What a model's chat template says of tools and thoughts, and which tokens their marks are: found once for a model.</summary>
internal sealed partial class ChatFormat
{
    /// <param name="specialId">The id of a mark that is a special token; null for another.</param>
    public ChatFormat(string template, Func<string, int?> specialId)
    {
        Tools = ToolFormats.Of(template);
        TellsTools = ToolFormats.TellsTools(template);
        Thoughts = ThoughtMarks.Of(template);
        // A plain search first: a template without these words does without the library of expressions.
        SwitchesThoughts = template.Contains("thinking", StringComparison.Ordinal) && ThinkingVariable().IsMatch(template);
        ToolsStandInMessages = template.Contains("tools", StringComparison.Ordinal) && ToolsOfMessage().IsMatch(template);
        WantsNone = template.Contains("none", StringComparison.OrdinalIgnoreCase) && ContentIsNone().IsMatch(template);
        string[] thoughts = Thoughts is null ? [] : [Thoughts.Open, Thoughts.Close];
        ShownThoughts = Ids(thoughts, specialId);
        ShownCalls = Ids([.. thoughts, .. Tools.Marks], specialId);
        OpeningTokens = Ids([.. Tools.Begin, .. Tools.Noise], specialId);
    }

    /// <summary>How calls are written.</summary>
    public ToolFormat Tools { get; }

    /// <summary>Whether the template tells of tools; else messages do (<see cref="ToolMessages"/>).</summary>
    public bool TellsTools { get; }

    /// <summary>Null where the template speaks of none.</summary>
    public ThoughtMarks? Thoughts { get; }

    /// <summary>Whether the template asks for the variable that turns thoughts on and off (<see cref="ChatOptions.Thinking"/>).</summary>
    public bool SwitchesThoughts { get; }

    /// <summary>Whether the template looks for tools in the system message, as Phi's do.</summary>
    public bool ToolsStandInMessages { get; }

    /// <summary>Whether a message of nothing but calls has None for its text; else an empty one.</summary>
    public bool WantsNone { get; }

    /// <summary>Special tokens that an answer's text shows: marks of thoughts.</summary>
    public IReadOnlySet<int> ShownThoughts { get; }

    /// <summary>Special tokens that an answer's text shows where tools were told: marks of calls too.</summary>
    public IReadOnlySet<int> ShownCalls { get; }

    /// <summary>Those of them that calls begin with.</summary>
    public IReadOnlySet<int> OpeningTokens { get; }

    private static HashSet<int> Ids(IEnumerable<string> marks, Func<string, int?> specialId)
    {
        var ids = new HashSet<int>();
        foreach (var mark in marks)
        {
            if (specialId(mark) is { } id)
                ids.Add(id);
        }
        return ids;
    }

    /// <summary>In a statement; text that a template writes may have the word too.</summary>
    [GeneratedRegex("""\benable_thinking\b|\{%[^%]*(?<![\w.'"])thinking\b(?!['"])""")]
    private static partial Regex ThinkingVariable();

    [GeneratedRegex("""message(\.tools\b|\[['"]tools['"]\])""")]
    private static partial Regex ToolsOfMessage();

    [GeneratedRegex("""(\.content|\[['"]content['"]\])\s+is\s+(not\s+)?none""", RegexOptions.IgnoreCase)]
    private static partial Regex ContentIsNone();
}
