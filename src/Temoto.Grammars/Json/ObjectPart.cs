using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Json;

/// <summary>What one schema says of an object's members.</summary>
internal sealed record ObjectPart
{
    public IReadOnlyList<(string Name, Claim Claim)> Properties { get; init; } = [];

    public IReadOnlyList<(Language Names, Claim Claim)> Patterns { get; init; } = [];

    /// <summary>Of members that no property and no pattern names; null where nothing is said.</summary>
    public Claim? Additional { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Members that are not there.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    /// <summary>What names may be; null where nothing is said.</summary>
    public Language? Names { get; init; }

    /// <summary>A member of such a name is there.</summary>
    public Language? Present { get; init; }

    public int Least { get; init; }

    public int Most { get; init; } = int.MaxValue;

    /// <summary>What this says of the member of a name.</summary>
    public IEnumerable<Claim> ClaimsOn(string name, Func<Language, string, bool> matches)
    {
        var isNamed = false;
        foreach (var (property, claim) in Properties)
        {
            if (property != name)
                continue;
            isNamed = true;
            yield return claim;
        }
        foreach (var (names, claim) in Patterns)
        {
            if (!matches(names, name))
                continue;
            isNamed = true;
            yield return claim;
        }
        if (!isNamed && Additional is { } additional)
            yield return additional;
    }
}
