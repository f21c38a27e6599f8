using System.Text.Json;
using Temoto.Grammars;

namespace Temoto.Tests.Grammars.Json;

/// <summary>The JSON-Schema-Test-Suite, drafts 7 and 2020-12: what is taken is judged right, and what is refused is refused by name.</summary>
public class JsonSchemaSuiteTests
{
    /// <summary>Files about what the automaton leaves out: names in them are the reason.</summary>
    private static readonly HashSet<string> OutOfScope =
    [
        "dynamicRef.json", "refRemote.json", "unevaluatedItems.json", "unevaluatedProperties.json", "uniqueItems.json", "vocabulary.json",
        // By the specification a format says nothing; here it is held to.
        "format.json",
    ];

    private static readonly TokenVocabulary Vocabulary = ByteVocabulary.New();

    [Theory]
    [InlineData("draft2020-12")]
    [InlineData("draft7")]
    public void WhatIsTakenIsJudgedRight(string draft)
    {
        var folder = RepositoryPaths.DataPath($"json-schema-test-suite/tests/{draft}");
        var (right, refused, wrong) = (0, new SortedDictionary<string, int>(StringComparer.Ordinal), new List<string>());
        foreach (var file in Directory.GetFiles(folder, "*.json").Where(file => !OutOfScope.Contains(Path.GetFileName(file))).Order(StringComparer.Ordinal))
        {
            using var groups = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var group in groups.RootElement.EnumerateArray())
            {
                var schema = WithDialect(group.GetProperty("schema"), draft);
                Grammar grammar;
                try
                {
                    grammar = Grammar.FromJsonSchema(Vocabulary, schema, JsonStyle.Free);
                }
                catch (GrammarException error) when (error.Found == "nothing that can be written to its end")
                {
                    var valid = group.GetProperty("tests").EnumerateArray().Where(test => test.GetProperty("valid").GetBoolean());
                    wrong.AddRange(valid.Select(test => $"{Path.GetFileName(file)}: {schema}: nothing, but {test.GetProperty("data").GetRawText()}"));
                    continue;
                }
                catch (GrammarException error)
                {
                    var reason = $"{Path.GetFileName(file)}: {error.Found}";
                    refused[reason] = refused.GetValueOrDefault(reason) + 1;
                    continue;
                }
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    var (data, valid) = (test.GetProperty("data"), test.GetProperty("valid").GetBoolean());
                    // A value is of the schema in some order of its members, or in none.
                    var accepted = SchemaTexts.Orders(data, 5000).Any(text => grammar.NewMatcher() is var matcher && matcher.Accept(System.Text.Encoding.UTF8.GetBytes(text)) && matcher.CanEnd);
                    if (accepted == valid)
                        right++;
                    else
                        wrong.Add($"{Path.GetFileName(file)}: {schema}: {(valid ? "refuses" : "accepts")} {data.GetRawText()}");
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage("{0}: {1} right, refused: {2}", draft, right, string.Join("; ", refused.Select(pair => $"{pair.Key} ({pair.Value})")));
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n{string.Join("\n", wrong)}");
        Assert.True(right > 600, $"only {right} judged");
    }

    /// <summary>A file's draft shows in its folder only.</summary>
    private static string WithDialect(JsonElement schema, string draft)
    {
        var text = schema.GetRawText().TrimStart();
        if (schema.ValueKind != JsonValueKind.Object || schema.TryGetProperty("$schema", out _) || draft != "draft7")
            return text;
        var rest = schema.EnumerateObject().MoveNext() ? "," + text[1..] : "}";
        return "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"" + rest;
    }
}
