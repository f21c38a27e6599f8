using System.Text.Json;
using Temoto.Grammars;

namespace Temoto.Tests.Grammars;

/// <summary>Damaged schemas and grammars: one clear refusal, or a form that can be followed.</summary>
public class MutatedSourcesTests
{
    /// <summary>Characters of a real schema: what is damaged once in more of them is hardly damaged.</summary>
    private const int MostLength = 4000;

    private static readonly TokenVocabulary Vocabulary = ByteVocabulary.New();

    private static readonly string[] Schemas =
    [
        """{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {"a": {"$ref": "#/definitions/n"}, "b": {"type": ["string", "null"], "minLength": 1, "maxLength": 20, "pattern": "^[a-z]+(-[0-9]{2,3})?$"}}, "required": ["a"], "definitions": {"n": {"oneOf": [{"type": "integer", "multipleOf": 3, "minimum": -1e2}, {"type": "array", "items": {"$ref": "#/definitions/n"}, "minItems": 1}]}}, "patternProperties": {"^x": false}, "additionalProperties": {"not": {"enum": [1, "two", null, [3]]}}}""",
        """{"allOf": [{"if": {"properties": {"k": {"const": 1}}, "required": ["k"]}, "then": {"required": ["v"]}, "else": {"maxProperties": 3}}, {"dependentRequired": {"v": ["k"]}}, {"propertyNames": {"maxLength": 4}}], "prefixItems": [true, {"format": "date-time"}], "contains": {"exclusiveMinimum": 0.5}, "maxContains": 2, "anyOf": [{"type": "object"}, {"type": "array", "items": false}]}""",
    ];

    private static readonly string[] Grammars =
    [
        "root ::= item (\",\" ws item)* # comment\nitem ::= \"a\"{1,3} | [^\\x00-\\x1f\"\\\\]+ | \"(\" root \")\"\nws ::= [ \\t\\n]*\n",
        "root ::= (\"yes\" | \"no\" | num) \"\\n\"?\nnum ::= \"-\"? ([0-9] | [1-9] [0-9]{0,15}) (\".\" [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})?\n",
    ];

    [Fact]
    public void SchemasAreTakenOrRefused() => Try(Schemas, source => Grammar.FromJsonSchema(Vocabulary, source), 3);

    [Fact]
    public void RealSchemasAreTakenOrRefused() => Try([.. RealSchemas.Rows().Select(Schema).Where(schema => schema.Length <= MostLength)], source => Grammar.FromJsonSchema(Vocabulary, source), 5);

    [Fact]
    public void GrammarsAreTakenOrRefused() => Try(Grammars, source => Grammar.FromGbnf(Vocabulary, source), 4);

    private static void Try(string[] sources, Func<string, Grammar> make, int seed)
    {
        var (random, taken, refused) = (new Random(seed), 0, 0);
        for (var i = 0; i < Thoroughness.Cases(1500); i++)
        {
            var source = Mutated(sources[i % sources.Length], random);
            var isTaken = Mutations.EndsWell<GrammarException>($"case {i}, {source}", () =>
            {
                try
                {
                    // A few steps: what only shows while a text is written is a refusal, too.
                    RandomWalk.Answer(make(source), random, 5, 15, []);
                }
                catch (GrammarException error)
                {
                    Assert.NotEmpty(error.Found);
                    throw;
                }
            });
            if (isTaken)
                taken++;
            else
                refused++;
        }

        Assert.True(taken > 50 && refused > 50, $"{taken} taken, {refused} refused");
    }

    private static string Schema(string row)
    {
        using var document = JsonDocument.Parse(row);
        return document.RootElement.GetProperty("schema").GetRawText();
    }

    /// <summary>One to three characters or pieces changed, dropped, doubled or moved.</summary>
    private static string Mutated(string source, Random random)
    {
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(source.Length);
            var length = Math.Min(random.Next(1, 12), source.Length - at);
            var piece = source.Substring(at, length);
            source = random.Next(5) switch
            {
                0 => source.Remove(at, length),
                1 => source.Insert(random.Next(source.Length), piece),
                2 => source.Remove(at, 1).Insert(at, ((char)random.Next(32, 127)).ToString()),
                3 => source.Insert(at, random.Next(4) switch { 0 => "null", 1 => "{}", 2 => "1e400", _ => "\"\\ud800\"" }),
                _ => source.Remove(at, length).Insert(random.Next(source.Length - length + 1), piece),
            };
            if (source.Length == 0)
                source = " ";
        }
        return source;
    }
}
