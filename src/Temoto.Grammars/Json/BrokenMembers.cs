using System.Text.Json;

namespace Temoto.Grammars.Json;

/// <summary>The ways not to hold what a schema says of members and items: one member, one item or one count that is not as it says.</summary>
internal static class BrokenMembers
{
    public static IEnumerable<Branch> Of(GoalTable goals, ScalarKeywords scalars, Branch branch, SchemaNode node)
    {
        var objects = branch.Of(ValueKinds.Object);
        if (objects.Kinds != ValueKinds.None && MemberKeywords.ObjectPartOf(goals, scalars, node) is { } part)
        {
            foreach (var broken in Members(goals, part, node))
                yield return objects.With(broken);
        }
        var arrays = branch.Of(ValueKinds.Array);
        if (arrays.Kinds == ValueKinds.None)
            yield break;
        foreach (var broken in Items(goals, node))
            yield return arrays.With(broken);
    }

    private static IEnumerable<ObjectPart> Members(GoalTable goals, ObjectPart part, SchemaNode node)
    {
        foreach (var (name, claim) in part.Properties)
        {
            if (!claim.Node.IsTrue)
                yield return new ObjectPart { Required = [name], Properties = [(name, Not(claim))] };
        }
        foreach (var name in part.Required)
            yield return new ObjectPart { Absent = [name] };
        foreach (var (names, claim) in part.Patterns)
        {
            if (claim.Node.IsFalse)
                yield return new ObjectPart { Present = names };
            else if (!claim.Node.IsTrue)
                throw node.Refused("not", "over patternProperties");
        }
        if (part.Additional is { Node.IsTrue: false } additional)
            yield return additional.Node.IsFalse ? new ObjectPart { Present = OtherNames(goals, part) } : throw node.Refused("not", "over additionalProperties");
        if (part.Names is { } allowed)
            yield return new ObjectPart { Present = goals.Table.Complement(allowed) };
        if (part.Least > 0)
            yield return new ObjectPart { Most = part.Least - 1 };
        if (part.Most < int.MaxValue)
            yield return new ObjectPart { Least = part.Most + 1 };
    }

    private static Languages.Language OtherNames(GoalTable goals, ObjectPart part)
    {
        var named = part.Properties.Select(property => goals.Table.CodePoints(property.Name)).Concat(part.Patterns.Select(pattern => pattern.Names));
        return goals.Table.Complement(goals.Table.Union([.. named]));
    }

    private static IEnumerable<ArrayPart> Items(GoalTable goals, SchemaNode node)
    {
        var part = MemberKeywords.ItemsOf(goals, node);
        for (var i = 0; i < part.First.Count; i++)
        {
            if (!part.First[i].Node.IsTrue)
                yield return new ArrayPart { First = [.. Enumerable.Repeat(new Claim(goals.Document.True, true), i), Not(part.First[i])], Least = i + 1 };
        }
        if (part.Rest is { Node.IsTrue: false } rest)
            yield return new ArrayPart { Contains = new ContainsPart(Not(rest), 1, int.MaxValue, part.First.Count) };
        if (node.Member("minItems") is { } min && ScalarKeywords.Count(node, "minItems", min) is var least and > 0)
            yield return new ArrayPart { Most = least - 1 };
        if (node.Member("maxItems") is { } max && ScalarKeywords.Count(node, "maxItems", max) is var most and < int.MaxValue)
            yield return new ArrayPart { Least = most + 1 };
        if (MemberKeywords.ContainsOf(goals, node) is { } contains)
        {
            if (contains.Least > 0)
                yield return new ArrayPart { Contains = contains with { Least = 0, Most = contains.Least - 1 } };
            if (contains.Most < int.MaxValue)
                yield return new ArrayPart { Contains = contains with { Least = contains.Most + 1, Most = int.MaxValue } };
        }
        if (node.Member("uniqueItems") is { ValueKind: JsonValueKind.True })
            throw node.Refused("not", "over uniqueItems");
    }

    private static Claim Not(Claim claim) => claim with { Holds = !claim.Holds };
}
