using System.Text.Json;
using System.Text.RegularExpressions;
using Json.Schema;
using Temoto.Grammars;

namespace Temoto.Tests.Grammars.Json;

/// <summary>Whatever the logits, the answer parses and is of the schema: by JsonSchema.Net, which is another's.</summary>
public partial class RandomAnswersTests
{
    private static readonly TokenVocabulary Vocabulary = ByteVocabulary.New();

    private static readonly string[] Parts =
    [
        """{"type": "string"}""", """{"type": "string", "minLength": 1, "maxLength": 5}""", """{"type": "string", "pattern": "^[a-f]{2,4}$"}""", """{"type": "string", "format": "date"}""",
        """{"type": "string", "format": "ipv4"}""", """{"type": "integer"}""", """{"type": "integer", "minimum": -3, "maximum": 20}""", """{"type": "number", "exclusiveMinimum": 0}""",
        """{"type": "integer", "multipleOf": 7, "minimum": 1}""", """{"type": "boolean"}""", """{"type": "null"}""", """{"enum": ["a", "b", 3, null]}""", """{"const": {"k": [1, "x"]}}""", "{}",
        """{"type": ["string", "null"]}""", """{"not": {"type": "object"}}""", """{"type": "number", "multipleOf": 0.25, "minimum": -1, "maximum": 1}""",
    ];

    /// <summary>Schemas put together at random from <see cref="Parts"/>.</summary>
    [Fact]
    public void AnswersToGeneratedSchemasAreOfThem()
    {
        var random = new Random(7);
        var (answers, unfinished, unread) = (0, 0, 0);
        for (var i = 0; i < Thoroughness.Cases(300); i++)
        {
            var schema = Generated(random, 3);
            Grammar grammar;
            try
            {
                grammar = Grammar.FromJsonSchema(Vocabulary, schema, i % 3 == 0 ? JsonStyle.Free : JsonStyle.Compact);
            }
            catch (GrammarException error)
            {
                // A combination that nothing is of, or whose opposite cannot be said.
                Assert.True(error.Found is "nothing that can be written to its end" or "not over additionalProperties" or "not over patternProperties" or "not over the format date", $"{schema}: {error.Message}");
                continue;
            }
            var judge = JsonSchema.FromText(schema);
            for (var walk = 0; walk < 4; walk++)
            {
                if (RandomWalk.Answer(grammar, random, 60, 600, Names(schema)) is not { } answer)
                {
                    unfinished++;
                    continue;
                }
                answers++;
                if (HasLongNumber(answer))
                    unread++;
                else
                    RequireOf(judge, schema, answer);
            }
        }

        Assert.True(answers > 600 && unfinished < answers / 20 && unread < answers / 5, $"{answers} answers, {unfinished} unfinished, {unread} with numbers that the other does not read");
    }

    [Fact]
    public void AnswersToRealSchemasAreOfThem()
    {
        var random = new Random(8);
        var (answers, unfinished, wrong) = (0, 0, new List<string>());
        foreach (var line in RealSchemas.Rows().Where((_, i) => Thoroughness.IsAll || i % 3 == 0))
        {
            using var row = JsonDocument.Parse(line);
            var schema = row.RootElement.GetProperty("schema").GetRawText();
            if (Compiled(schema) is not { } grammar || Judge(schema) is not { } judge)
                continue;
            if (RandomWalk.Answer(grammar, random, 100, 3000, Names(schema)) is not { } answer)
            {
                unfinished++;
                continue;
            }
            answers++;
            if (IsOfOrUnknown(judge, answer, schema) is false)
                wrong.Add($"{row.RootElement.GetProperty("name").GetString()}: {answer}");
        }

        TestContext.Current.SendDiagnosticMessage("{0} answers, {1} unfinished", answers, unfinished);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(answers > 100 && unfinished < answers, $"{answers} answers, {unfinished} unfinished");
    }

    private static Grammar? Compiled(string schema)
    {
        try
        {
            return Grammar.FromJsonSchema(Vocabulary, schema);
        }
        catch (GrammarException)
        {
            return null;
        }
    }

    /// <summary>Null for a schema that the other does not read.</summary>
    private static JsonSchema? Judge(string schema)
    {
        try
        {
            return JsonSchema.FromText(schema);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or JsonSchemaException)
        {
            return null;
        }
    }

    /// <summary>The other reads numbers as decimals, of 28 digits, and asks a double whether one is whole: 6436637596722468925.3 is to it.</summary>
    private static bool HasLongNumber(string answer) => LongNumberExpression().IsMatch(answer);

    [GeneratedRegex(@"\d[\d.]{15}|\d[eE][+-]?\d\d")]
    private static partial Regex LongNumberExpression();

    private static void RequireOf(JsonSchema judge, string schema, string answer) => Assert.True(IsOf(judge, answer), $"{schema}\n{answer}");

    /// <summary>Null where the other fails: it looks patterns with a slash up under another name. And where it refuses an address: what names and hosts one may have readers differ about.</summary>
    private static bool? IsOfOrUnknown(JsonSchema judge, string answer, string schema)
    {
        try
        {
            return IsOf(judge, answer) ? true : schema.Contains("\"email\"", StringComparison.Ordinal) ? null : false;
        }
        catch (KeyNotFoundException)
        {
            return null;
        }
    }

    private static bool IsOf(JsonSchema judge, string answer)
    {
        using var document = JsonDocument.Parse(answer);
        return judge.Evaluate(document.RootElement, new EvaluationOptions { RequireFormatValidation = true }).IsValid;
    }

    /// <summary>Every string of a schema: names are among them.</summary>
    private static string[] Names(string schema) => [.. NameExpression().Matches(schema).Select(match => match.Groups[1].Value).Distinct()];

    [GeneratedRegex("\"([^\"\\\\]{1,40})\"")]
    private static partial Regex NameExpression();

    private static string Generated(Random random, int depth)
    {
        if (depth == 0 || random.Next(3) == 0)
            return Parts[random.Next(Parts.Length)];
        return random.Next(8) switch
        {
            0 or 1 or 2 => Object(random, depth),
            3 => $$"""{"type": "array", "items": {{Generated(random, depth - 1)}}, "minItems": {{random.Next(3)}}, "maxItems": {{2 + random.Next(3)}}}""",
            4 => $$"""{"anyOf": [{{Generated(random, depth - 1)}}, {{Generated(random, depth - 1)}}]}""",
            5 => $$"""{"oneOf": [{{Generated(random, depth - 1)}}, {{Generated(random, depth - 1)}}]}""",
            6 => $$"""{"allOf": [{{Object(random, depth)}}, {{Object(random, depth)}}]}""",
            _ => $$"""{"if": {{Generated(random, 0)}}, "then": {{Generated(random, 0)}}, "else": {{Generated(random, depth - 1)}}}""",
        };
    }

    private static string Object(Random random, int depth)
    {
        string[] names = ["a", "b", "c\u00e9", "long name"];
        var members = names.Where(_ => random.Next(2) == 0).ToArray();
        var required = members.Where(_ => random.Next(2) == 0).Select(name => $"\"{name}\"");
        var rest = random.Next(3) switch { 0 => ", \"additionalProperties\": false", 1 => ", \"patternProperties\": {\"^x\": {\"type\": \"integer\"}}", _ => "" };
        return $$"""{"type": "object", "properties": {{{string.Join(", ", members.Select(name => $"\"{name}\": {Generated(random, depth - 1)}"))}}}, "required": [{{string.Join(", ", required)}}]{{rest}}}""";
    }
}
