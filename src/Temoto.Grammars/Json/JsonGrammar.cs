using Temoto.Grammars.Languages;
using Temoto.Grammars.Masks;

namespace Temoto.Grammars.Json;

/// <summary>Makes the grammar of the values of a JSON schema.</summary>
internal static class JsonGrammar
{
    /// <exception cref="GrammarException">It is no schema, uses what cannot be decided while a text is written, or no value is of it.</exception>
    public static GrammarNode Read(string schema, JsonStyle style, LanguageTable table)
    {
        try
        {
            var goals = new GoalTable(SchemaDocument.Parse(schema), table, style);
            var goal = goals.Of([new Claim(goals.Document.Root, true)]);
            if (!goals.HasValue(goal))
                throw new GrammarException("schema", "nothing that can be written to its end", "a schema that some value is of", "mend the schema");
            LookThrough(goal, goals);
            return ValueNode.Of(goal, goals);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or System.Text.Json.JsonException)
        {
            throw new GrammarException("schema", "half a surrogate pair, or values within each other without end", "text that Unicode has", "mend the schema");
        }
        catch (InsufficientExecutionStackException)
        {
            throw new GrammarException("schema", "references that lead too deep", "fewer levels", "make the schema flatter");
        }
    }

    /// <summary>Whatever can be met while a text is written: what is refused is refused here.</summary>
    private static void LookThrough(Goal start, GoalTable goals)
    {
        var (met, open) = (new HashSet<Goal> { start }, new Queue<Goal>([start]));
        while (open.TryDequeue(out var goal))
        {
            foreach (var branch in goals.BranchesOf(goal))
            {
                foreach (var part in PartsOf(branch, goals))
                {
                    if (met.Add(part))
                        open.Enqueue(part);
                }
            }
        }
    }

    private static IEnumerable<Goal> PartsOf(Branch branch, GoalTable goals)
    {
        if ((branch.Kinds & ValueKinds.Object) != 0 && ObjectShape.Of(branch, goals, inDoubt: false)?.Writable() is { } members)
        {
            foreach (var member in members.Named)
                yield return member.Goal;
            foreach (var others in members.Others)
                yield return others.Goal;
        }
        if ((branch.Kinds & ValueKinds.Array) == 0 || ArrayShape.Of(branch, goals, inDoubt: false)?.Writable() is not { } array)
            yield break;
        for (var index = 0; index <= array.Firsts && index < array.Most; index++)
        {
            for (var chosen = 0; chosen < 1 << array.Contains.Count; chosen++)
            {
                if (array.ItemAt(index, chosen) is var item && goals.HasValue(item))
                    yield return item;
            }
        }
    }
}
