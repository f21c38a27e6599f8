using System.Text.Json;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Json;

/// <summary>Reads the keywords that say something of the parts of an object or an array.</summary>
internal static class MemberKeywords
{
    /// <summary>What depends on a member being there: other members, or a schema of the whole object.</summary>
    public sealed record Dependency(string Name, IReadOnlyList<string> Required, SchemaNode? Schema)
    {
        public Branch Held(Branch branch)
        {
            branch = branch.With(new ObjectPart { Required = [Name, .. Required] });
            return Schema is null ? branch : branch.With(new Claim(Schema, true));
        }

        /// <param name="branch">In which the member is there.</param>
        public IEnumerable<Branch> Broken(Branch branch) => Schema is null
            ? Required.Select(name => branch.With(new ObjectPart { Absent = [name] }))
            : [branch.With(new Claim(Schema, false))];
    }

    /// <summary>What a schema says of members; null where nothing.</summary>
    public static ObjectPart? ObjectPartOf(GoalTable goals, ScalarKeywords scalars, SchemaNode node)
    {
        var part = new ObjectPart();
        var says = false;
        foreach (var member in node.Members)
        {
            var with = Read(part, goals, scalars, node, member.Name, member.Value);
            says |= with is not null;
            part = with ?? part;
        }
        return says ? part : null;
    }

    private static ObjectPart? Read(ObjectPart part, GoalTable goals, ScalarKeywords scalars, SchemaNode node, string key, JsonElement value) => key switch
    {
        "properties" => part with { Properties = [.. Members(node, key, value).Select(member => (member.Name, Held(goals.Document.Child(node, key, member.Name, member.Value))))] },
        "patternProperties" => part with
        {
            Patterns = [.. Members(node, key, value).Select(member => (scalars.PatternOf(node, key, member.Name), Held(goals.Document.Child(node, key, member.Name, member.Value))))],
        },
        "additionalProperties" => part with { Additional = Held(goals.Document.Child(node, key, value)) },
        // Draft 3 and 4 have a flag in the member's own schema.
        "required" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : part with { Required = ScalarKeywords.Names(node, key, value) },
        "propertyNames" => part with { Names = NamesOf(goals, Held(goals.Document.Child(node, key, value))) },
        "minProperties" => part with { Least = ScalarKeywords.Count(node, key, value) },
        "maxProperties" => part with { Most = ScalarKeywords.Count(node, key, value) },
        _ => null,
    };

    /// <summary>The strings that a claim allows.</summary>
    public static Language NamesOf(GoalTable goals, Claim claim)
    {
        // As strings only: what the schema says of objects may be about their names again.
        return goals.Table.Union([.. goals.TextsOf(claim).Select(branch => branch.Text)]);
    }

    /// <summary>What a schema says of items.</summary>
    public static IReadOnlyList<ArrayPart> ArrayPartsOf(GoalTable goals, SchemaNode node)
    {
        var part = ItemsOf(goals, node);
        var least = node.Member("minItems") is { } min ? ScalarKeywords.Count(node, "minItems", min) : 0;
        var most = node.Member("maxItems") is { } max ? ScalarKeywords.Count(node, "maxItems", max) : int.MaxValue;
        part = part with { Least = least, Most = most, Unique = node.Member("uniqueItems") is { ValueKind: JsonValueKind.True } ? node : null };
        var parts = new List<ArrayPart>();
        if (part.First.Count > 0 || part.Rest is not null || least > 0 || most < int.MaxValue || part.Unique is not null)
            parts.Add(part);
        if (ContainsOf(goals, node) is { } contains)
            parts.Add(new ArrayPart { Contains = contains });
        return parts;
    }

    /// <summary>The first items and the rest: prefixItems and items, or up to 2019 items and additionalItems.</summary>
    public static ArrayPart ItemsOf(GoalTable goals, SchemaNode node)
    {
        var items = node.Member("items");
        if (node.Member("prefixItems") is { } prefix)
            return new ArrayPart { First = [.. goals.Document.Children(node, "prefixItems", prefix).Select(Held)], Rest = ClaimOf("items", items) };
        if (items is { ValueKind: JsonValueKind.Array } list)
            return new ArrayPart { First = [.. goals.Document.Children(node, "items", list).Select(Held)], Rest = ClaimOf("additionalItems", node.Member("additionalItems")) };
        return new ArrayPart { Rest = ClaimOf("items", items) };

        Claim? ClaimOf(string key, JsonElement? schema) => schema is { } given ? Held(goals.Document.Child(node, key, given)) : null;
    }

    public static ContainsPart? ContainsOf(GoalTable goals, SchemaNode node)
    {
        if (node.Member("contains") is not { } contains)
            return null;
        var least = node.Member("minContains") is { } min ? ScalarKeywords.Count(node, "minContains", min) : 1;
        var most = node.Member("maxContains") is { } max ? ScalarKeywords.Count(node, "maxContains", max) : int.MaxValue;
        return new ContainsPart(Held(goals.Document.Child(node, "contains", contains)), least, most, 0);
    }

    public static IEnumerable<Dependency> DependenciesOf(GoalTable goals, SchemaNode node, string key, JsonElement value)
    {
        foreach (var member in Members(node, key, value))
        {
            yield return member.Value.ValueKind switch
            {
                JsonValueKind.Array => new Dependency(member.Name, ScalarKeywords.Names(node, key, member.Value), null),
                // Draft 3: one name alone.
                JsonValueKind.String => new Dependency(member.Name, [member.Value.GetString()!], null),
                _ => new Dependency(member.Name, [], goals.Document.Child(node, key, member.Name, member.Value)),
            };
        }
    }

    private static JsonElement.ObjectEnumerator Members(SchemaNode node, string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw node.Wrong(key, SchemaDocument.Shown(value), "an object");

    private static Claim Held(SchemaNode node) => new(node, true);
}
