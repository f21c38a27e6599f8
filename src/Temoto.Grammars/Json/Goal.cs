namespace Temoto.Grammars.Json;

/// <summary>A value that is to be of some schemas, and not of others.</summary>
internal sealed class Goal(IReadOnlyList<Claim> claims)
{
    public IReadOnlyList<Claim> Claims => claims;

    /// <summary>The ways to be so; null until they are worked out.</summary>
    public IReadOnlyList<Branch>? Branches { get; set; }

    /// <summary>The branches are being worked out, or whether there is a value.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Whether a value can be written down to its end; null until somebody looked.</summary>
    public bool? CanBeWritten { get; set; }

    /// <summary>The round in which none was found, as far as was known then.</summary>
    public int WithoutValueIn { get; set; }

    /// <summary>Whether there may be a value; false where there is none for certain.</summary>
    public bool? MayExist { get; set; }

    /// <summary>What is written for it.</summary>
    public ValueNode? Node { get; set; }
}
