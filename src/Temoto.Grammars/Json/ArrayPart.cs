namespace Temoto.Grammars.Json;

/// <summary>What one schema says of an array's items.</summary>
internal sealed record ArrayPart
{
    public IReadOnlyList<Claim> First { get; init; } = [];

    /// <summary>Of the items behind the first ones; null where nothing is said.</summary>
    public Claim? Rest { get; init; }

    /// <summary>Some items are of a schema.</summary>
    public ContainsPart? Contains { get; init; }

    public int Least { get; init; }

    public int Most { get; init; } = int.MaxValue;

    /// <summary>The schema that wants all items to differ; null where none does.</summary>
    public SchemaNode? Unique { get; init; }

    public Claim? ClaimOn(int index) => index < First.Count ? First[index] : Rest;
}

/// <summary>That from <paramref name="Least"/> to <paramref name="Most"/> items are of a schema, those before <paramref name="From"/> not counted.</summary>
internal sealed record ContainsPart(Claim Claim, int Least, int Most, int From);
