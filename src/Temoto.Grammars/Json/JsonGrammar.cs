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
            foreach (var part in ValueNode.Of(goal, goals).Parts)
            {
                if (met.Add(part))
                    open.Enqueue(part);
            }
        }
    }
}
