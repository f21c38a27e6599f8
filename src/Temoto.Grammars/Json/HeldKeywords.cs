using System.Text.Json;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Json;

/// <summary>Reads a schema that a value is to be of.</summary>
internal sealed class HeldKeywords(GoalTable goals, ScalarKeywords scalars)
{
    /// <summary>The branches that become of one; keywords that are unknown say nothing.</summary>
    public IEnumerable<Branch> Read(Branch branch, SchemaNode node)
    {
        if (node.Member("$ref") is { } reference)
        {
            branch = branch.With(new Claim(goals.Document.Resolve(node, "$ref", reference), true));
            if (goals.Document.ReferencesStandAlone)
                return [branch];
        }
        List<Branch> branches = [branch];
        foreach (var member in node.Members)
            branches = BranchReader.Bounded(branches.SelectMany(one => Read(one, node, member.Name, member.Value)), goals, node);
        var kinds = branches.Aggregate(ValueKinds.None, (all, one) => all | one.Kinds);
        var objects = (kinds & ValueKinds.Object) != 0 ? MemberKeywords.ObjectPartOf(goals, scalars, node) : null;
        var arrays = (kinds & ValueKinds.Array) != 0 ? MemberKeywords.ArrayPartsOf(goals, node) : [];
        return branches.Select(one => arrays.Aggregate(objects is null ? one : one.With(objects), (with, part) => with.With(part)));
    }

    private IEnumerable<Branch> Read(Branch branch, SchemaNode node, string key, JsonElement value)
    {
        switch (key)
        {
            case "type":
                return Typed(branch, node, value);
            case "enum" or "const":
                return Values(branch, node, key, value);
            case "allOf":
                return [branch.With(goals.Document.Claims(node, key, value, true))];
            case "anyOf":
                return goals.Document.Claims(node, key, value, true).Select(branch.With);
            case "oneOf":
                return OneOf(branch, [.. goals.Document.Claims(node, key, value, true)]);
            case "not":
                return [branch.With(new Claim(goals.Document.Child(node, key, value), false))];
            case "if":
                return Conditional(branch, node, new Claim(goals.Document.Child(node, key, value), true));
            case "$dynamicRef" or "$recursiveRef":
                return [branch.With(new Claim(goals.Document.Resolve(node, key, value), true))];
            case "dependencies" or "dependentRequired" or "dependentSchemas":
                return Dependencies(branch, node, key, value);
            case "unevaluatedProperties" or "unevaluatedItems" when value.ValueKind != JsonValueKind.True:
                throw node.Refused(key, "");
            default:
                return [Scalars(branch, node, key, value)];
        }
    }

    private Branch Scalars(Branch branch, SchemaNode node, string key, JsonElement value)
    {
        if (scalars.TextOf(node, key, value) is { } text)
            return branch with { Text = goals.Table.Intersection(branch.Text, text) };
        return scalars.NumberOf(node, key, value) is { } number ? branch with { Number = And(branch.Number, number) } : branch;
    }

    private Language And(Language? before, Language number) => before is null ? number : goals.Table.Intersection(before, number);

    private IEnumerable<Branch> Typed(Branch branch, SchemaNode node, JsonElement value)
    {
        var (kinds, whole) = ScalarKeywords.KindsOf(node, value);
        branch = branch.Of(kinds);
        yield return whole && (branch.Kinds & ValueKinds.Number) != 0 ? branch with { Number = And(branch.Number, scalars.WrittenWholeNumbers) } : branch;
    }

    /// <summary>The scalars among them in one branch; each array and object in one of its own.</summary>
    private IEnumerable<Branch> Values(Branch branch, SchemaNode node, string key, JsonElement given)
    {
        var values = JsonConstants.Of(node, key, given);
        var scalar = ValueKinds.None;
        var (texts, numbers) = (new List<Language>(), new List<Language>());
        foreach (var value in values)
        {
            scalar |= JsonConstants.KindOf(value) & ~(ValueKinds.Array | ValueKinds.Object);
            if (value.ValueKind == JsonValueKind.String)
                texts.Add(goals.Table.CodePoints(value.GetString()!));
            else if (value.ValueKind == JsonValueKind.Number)
                numbers.Add(NumberOf(value.GetRawText()));
        }
        var plain = branch.Of(scalar);
        if (texts.Count > 0)
            plain = plain with { Text = goals.Table.Intersection(plain.Text, goals.Table.Union([.. texts])) };
        if (numbers.Count > 0)
            plain = plain with { Number = And(plain.Number, goals.Table.Union([.. numbers])) };
        yield return plain;
        foreach (var value in values)
        {
            if (value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
                yield return branch.With(new Claim(JsonConstants.SchemaOf(value, goals.Document), true));
        }
    }

    /// <summary>As it is written: without an exponent, since what else is said of numbers is said of those.</summary>
    private Language NumberOf(string number) => goals.Style != JsonStyle.Free && DecimalLanguages.SmallestText(number) is var text && !text.Contains('e', StringComparison.OrdinalIgnoreCase)
        ? goals.Table.Text(text)
        : DecimalLanguages.EqualTo(number, goals.Table);

    private IEnumerable<Branch> OneOf(Branch branch, IReadOnlyList<Claim> claims)
    {
        foreach (var claim in claims)
        {
            goals.Table.Spend(claims.Count);
            var one = branch.With(claim);
            foreach (var other in claims)
            {
                if (other != claim)
                    one = one with { Others = one.Others.Enqueue(other) };
            }
            yield return one;
        }
    }

    private IEnumerable<Branch> Conditional(Branch branch, SchemaNode node, Claim condition)
    {
        var (then, otherwise) = (node.Member("then"), node.Member("else"));
        if (then is null && otherwise is null)
        {
            yield return branch;
            yield break;
        }
        yield return branch.With([condition, .. Consequence(node, "then", then)]);
        yield return branch.With([condition with { Holds = false }, .. Consequence(node, "else", otherwise)]);
    }

    private IEnumerable<Claim> Consequence(SchemaNode node, string key, JsonElement? schema) => schema is { } given ? [new Claim(goals.Document.Child(node, key, given), true)] : [];

    /// <summary>For each name: it is not there, or what depends on it holds.</summary>
    private List<Branch> Dependencies(Branch branch, SchemaNode node, string key, JsonElement value)
    {
        List<Branch> branches = [branch];
        foreach (var dependency in MemberKeywords.DependenciesOf(goals, node, key, value))
        {
            var without = new ObjectPart { Absent = [dependency.Name] };
            branches = BranchReader.Bounded(branches.SelectMany(one => new[] { dependency.Held(one.Of(ValueKinds.Object)), one.With(without) }), goals, node);
        }
        return branches;
    }
}
