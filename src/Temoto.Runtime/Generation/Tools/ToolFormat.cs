namespace Temoto.Generation.Tools;

/// <summary>How a model writes calls of tools: between which marks, and in which notation. Those that are known stand in <see cref="ToolFormats"/>.</summary>
/// <param name="Name">For people.</param>
internal sealed record ToolFormat(string Name)
{
    /// <summary>What calls begin behind; none where they stand at the beginning of an answer.</summary>
    public IReadOnlyList<string> Begin { get; init; } = [];

    /// <summary>What ends what <see cref="Begin"/> began; null where only the end of the call does.</summary>
    public string? End { get; init; }

    /// <summary>Marks that say nothing by themselves.</summary>
    public IReadOnlyList<string> Noise { get; init; } = [];

    /// <summary>Further marks that the text must show.</summary>
    public IReadOnlyList<string> Inner { get; init; } = [];

    /// <summary>Whether calls stand at the beginning of an answer without a mark.</summary>
    public bool IsBare { get; init; }

    /// <summary>Only a name of a tool makes a call: for text that may also be an answer.</summary>
    public bool OnlyKnownNames { get; init; }

    /// <summary>Reads name and id in front of the arguments, where these are all that is JSON.</summary>
    public Func<string, (string Name, string? Id)?>? ReadHead { get; init; }

    /// <summary>Reads calls that are no JSON; null where there are none.</summary>
    public Func<string, IReadOnlyList<ToolDefinition>, IReadOnlyList<ReadCall>?>? ReadWhole { get; init; }

    /// <summary>Whether <see cref="ReadWhole"/> reads Python.</summary>
    public bool IsPython { get; init; }

    /// <summary>Ids have nine letters and digits, as templates of Mistral demand.</summary>
    public bool HasShortIds { get; init; }

    /// <summary>What an answer begins with that must call some tool.</summary>
    public required string OpenAny { get; init; }

    /// <summary>What an answer begins with that must call this tool; {0} is its name.</summary>
    public required string OpenNamed { get; init; }

    /// <summary>What follows the arguments of a call that began with <see cref="OpenNamed"/>.</summary>
    public string Close { get; init; } = "";

    /// <summary>Whether the arguments are a JSON object that follows <see cref="OpenNamed"/> at once.</summary>
    public bool HasJsonArguments { get; init; } = true;

    /// <summary>What an answer begins with that must call this tool.</summary>
    public string OpenOf(string name) => OpenNamed.Replace("{0}", name, StringComparison.Ordinal).Replace("{{", "{", StringComparison.Ordinal);

    /// <summary>Texts that nothing but a call of one of the tools begins with: a bracket or a fence may be an answer's.</summary>
    public IReadOnlyList<string> Openings(IReadOnlyList<ToolDefinition> tools) => OnlyKnownNames ? [.. tools.Select(tool => OpenOf(tool.Name))] : [.. Begin, .. Noise];

    /// <summary>All marks; those of them that are special tokens must be shown in the text.</summary>
    public IEnumerable<string> Marks => [.. Begin, .. End is null ? [] : new[] { End }, .. Noise, .. Inner];
}
