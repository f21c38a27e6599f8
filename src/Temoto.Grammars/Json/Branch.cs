using System.Collections.Immutable;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Json;

/// <summary>One way in which a value can be of a schema: conditions of which all must hold, none of them a choice. Never changed; a choice makes two of one.</summary>
internal sealed record Branch
{
    public ValueKinds Kinds { get; init; } = ValueKinds.All;

    /// <summary>Of the value of a string.</summary>
    public required Language Text { get; init; }

    /// <summary>Of a number's digits; null where nothing is said.</summary>
    public Language? Number { get; init; }

    public ImmutableList<ObjectPart> Objects { get; init; } = [];

    public ImmutableList<ArrayPart> Arrays { get; init; } = [];

    /// <summary>What has been read into it, so that circles of references end.</summary>
    public ImmutableHashSet<Claim> Read { get; init; } = [];

    /// <summary>What is to be read.</summary>
    public ImmutableQueue<Claim> Pending { get; init; } = [];

    /// <summary>Alternatives that must not hold beside the one that was chosen; looked at when all else is known, since most are out of the question by then.</summary>
    public ImmutableQueue<Claim> Others { get; init; } = [];

    public Branch Of(ValueKinds kinds) => this with { Kinds = Kinds & kinds };

    public Branch With(Claim claim) => this with { Pending = Pending.Enqueue(claim) };

    public Branch With(IEnumerable<Claim> claims) => claims.Aggregate(this, (branch, claim) => branch.With(claim));

    public Branch With(ObjectPart part) => this with { Objects = Objects.Add(part) };

    public Branch With(ArrayPart part) => this with { Arrays = Arrays.Add(part) };
}
