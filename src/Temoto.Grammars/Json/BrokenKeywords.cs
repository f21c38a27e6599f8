using System.Text.Json;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Json;

/// <summary>Reads a schema that a value is not to be of: at least one of its keywords does not hold. Each is a branch; what cannot be said so is refused.</summary>
internal sealed class BrokenKeywords(GoalTable goals, ScalarKeywords scalars)
{
    public IEnumerable<Branch> Read(Branch branch, SchemaNode node)
    {
        if (node.Member("$ref") is { } reference)
        {
            var broken = branch.With(new Claim(goals.Document.Resolve(node, "$ref", reference), false));
            return goals.Document.ReferencesStandAlone ? [broken] : [broken, .. Keywords(branch, node)];
        }
        return Keywords(branch, node);
    }

    private List<Branch> Keywords(Branch branch, SchemaNode node) =>
        [.. node.Members.SelectMany(member => Read(branch, node, member.Name, member.Value)), .. BrokenMembers.Of(goals, scalars, branch, node)];

    private IEnumerable<Branch> Read(Branch branch, SchemaNode node, string key, JsonElement value)
    {
        switch (key)
        {
            case "type":
                return Typed(branch, node, value);
            case "enum" or "const":
                return Values(branch, node, key, value);
            case "allOf":
                return goals.Document.Claims(node, key, value, false).Select(branch.With);
            case "anyOf":
                return [branch.With(goals.Document.Claims(node, key, value, false))];
            case "oneOf":
                return NotOneOf(branch, [.. goals.Document.Claims(node, key, value, false)]);
            case "not":
                return [branch.With(new Claim(goals.Document.Child(node, key, value), true))];
            case "if":
                return Conditional(branch, node, goals.Document.Child(node, key, value));
            case "$dynamicRef" or "$recursiveRef":
                return [branch.With(new Claim(goals.Document.Resolve(node, key, value), false))];
            case "dependencies" or "dependentRequired" or "dependentSchemas":
                return Dependencies(branch, node, key, value);
            case "unevaluatedProperties" or "unevaluatedItems" when value.ValueKind != JsonValueKind.True:
                throw node.Refused(key, "");
            default:
                return Scalars(branch, node, key, value);
        }
    }

    private IEnumerable<Branch> Scalars(Branch branch, SchemaNode node, string key, JsonElement value)
    {
        if (key == "format" && StringFormats.IsNarrow(value.ToString()))
            throw node.Refused("not", $"over the format {value}");
        if (scalars.TextOf(node, key, value) is { } text)
            yield return (branch with { Text = goals.Table.Except(branch.Text, text) }).Of(ValueKinds.Text);
        else if (scalars.NumberOf(node, key, value) is { } number)
            yield return Without(branch, number);
    }

    private Branch Without(Branch branch, Language numbers) =>
        (branch with { Number = goals.Table.Except(branch.Number ?? scalars.Numbers, numbers) }).Of(ValueKinds.Number);

    private IEnumerable<Branch> Typed(Branch branch, SchemaNode node, JsonElement value)
    {
        var (kinds, whole) = ScalarKeywords.KindsOf(node, value);
        yield return branch.Of(~kinds);
        if (whole)
            yield return Without(branch, scalars.WholeNumbers);
    }

    private IEnumerable<Branch> Values(Branch branch, SchemaNode node, string key, JsonElement given)
    {
        var others = new List<Claim>();
        foreach (var value in JsonConstants.Of(node, key, given))
        {
            if (value.ValueKind == JsonValueKind.String)
                branch = branch with { Text = goals.Table.Except(branch.Text, goals.Table.CodePoints(value.GetString()!)) };
            else if (value.ValueKind == JsonValueKind.Number)
                branch = branch with { Number = goals.Table.Except(branch.Number ?? scalars.Numbers, DecimalLanguages.EqualTo(value.GetRawText(), goals.Table)) };
            else if (value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
                others.Add(new Claim(JsonConstants.SchemaOf(value, goals.Document), false));
            else
                branch = branch.Of(~JsonConstants.KindOf(value));
        }
        return [branch.With(others)];
    }

    /// <summary>None of them, or two.</summary>
    private IEnumerable<Branch> NotOneOf(Branch branch, IReadOnlyList<Claim> broken)
    {
        goals.Table.Spend(4 * broken.Count * broken.Count);
        yield return branch.With(broken);
        for (var i = 0; i < broken.Count; i++)
        {
            for (var j = 0; j < i; j++)
                yield return branch.With([broken[i] with { Holds = true }, broken[j] with { Holds = true }]);
        }
    }

    private IEnumerable<Branch> Conditional(Branch branch, SchemaNode node, SchemaNode condition)
    {
        if (node.Member("then") is { } then)
            yield return branch.With([new Claim(condition, true), new Claim(goals.Document.Child(node, "then", then), false)]);
        if (node.Member("else") is { } otherwise)
            yield return branch.With([new Claim(condition, false), new Claim(goals.Document.Child(node, "else", otherwise), false)]);
    }

    private IEnumerable<Branch> Dependencies(Branch branch, SchemaNode node, string key, JsonElement value)
    {
        var there = branch.Of(ValueKinds.Object);
        return MemberKeywords.DependenciesOf(goals, node, key, value).SelectMany(dependency => dependency.Broken(there.With(new ObjectPart { Required = [dependency.Name] })));
    }
}
