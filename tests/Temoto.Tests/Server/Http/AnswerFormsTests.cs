using System.Net;
using System.Text.Json;
using Json.Schema;

namespace Temoto.Tests.Server.Http;

/// <summary>Forms of answers as each API writes them; the model would rather say something else.</summary>
public sealed class AnswerFormsTests(DemoServer server) : IClassFixture<DemoServer>
{
    private const string Schema = """{"type": "object", "properties": {"machine": {"type": "string", "maxLength": 8}, "severity": {"enum": ["low", "high"]}, "count": {"type": "integer", "minimum": 0, "maximum": 9}}, "required": ["machine", "severity", "count"], "additionalProperties": false}""";
    private const string Question = "\"model\": \"demo\", \"messages\": [{\"role\": \"user\", \"content\": \"What are you?\"}], \"max_tokens\": 200";

    private readonly ServerUnderTest demo = server.Demo;

    [Theory]
    [InlineData("/v1/chat/completions", "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"alarm\", \"strict\": true, \"schema\": SCHEMA}}, \"temperature\": 2, \"n\": 3", "choices/*/message/content")]
    [InlineData("/v1/chat/completions", "\"response_format\": {\"type\": \"json_object\", \"schema\": SCHEMA}", "choices/*/message/content")]
    [InlineData("/v1/chat/completions", "\"json_schema\": SCHEMA", "choices/*/message/content")]
    [InlineData("/v1/chat/completions", "\"structured_outputs\": {\"json\": SCHEMA}", "choices/*/message/content")]
    [InlineData("/v1/messages", "\"output_config\": {\"format\": {\"type\": \"json_schema\", \"schema\": SCHEMA}}", "content/*/text")]
    [InlineData("/api/chat", "\"format\": SCHEMA, \"stream\": false", "message/content")]
    public async Task AnAnswerIsOfItsSchema(string path, string form, string place)
    {
        var (status, answer) = await demo.AskAsync(path, $"{{{Question}, {form.Replace("SCHEMA", Schema, StringComparison.Ordinal)}}}");

        Assert.Equal(HttpStatusCode.OK, status);
        var texts = TextsAt(answer, place.Split('/')).ToList();
        Assert.NotEmpty(texts);
        Assert.All(texts, text => Assert.True(JsonSchema.FromText(Schema).Evaluate(JsonElement.Parse(text)).IsValid, text));
    }

    [Fact]
    public async Task AResponseIsOfItsSchema()
    {
        var (_, answer) = await demo.AskAsync("/v1/responses", """{"model": "demo", "input": "What are you?", "text": {"format": {"type": "json_schema", "name": "alarm", "schema": SCHEMA}}}""".Replace("SCHEMA", Schema, StringComparison.Ordinal));

        Assert.Equal("completed", answer.GetProperty("status").GetString());
        Assert.True(JsonSchema.FromText(Schema).Evaluate(JsonElement.Parse(TextsAt(answer, ["output", "*", "content", "*", "text"]).Single())).IsValid);
    }

    [Theory]
    [InlineData("\"structured_outputs\": {\"choice\": [\"stop\", \"go on\"]}", "^(stop|go on)$")]
    [InlineData("\"structured_outputs\": {\"regex\": \"[A-Z]{2}-[0-9]{3}\"}", "^[A-Z]{2}-[0-9]{3}$")]
    [InlineData("\"grammar\": \"root ::= \\\"P-\\\" [0-9] [0-9]? \\\"!\\\"\"", "^P-[0-9]{1,2}!$")]
    public async Task OtherFormsAreHeldTo(string form, string pattern)
    {
        var (_, answer) = await demo.AskAsync("/v1/chat/completions", $"{{{Question}, {form}}}");

        Assert.Matches(pattern, ChatText.Of(answer));
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task AnyObjectBeginsAsOne()
    {
        var (_, answer) = await demo.AskAsync("/v1/chat/completions", $"{{{Question}, \"response_format\": {{\"type\": \"json_object\"}}}}");

        Assert.StartsWith("{", ChatText.Of(answer), StringComparison.Ordinal);
    }

    /// <summary>With a tool forced, the arguments are of its schema, whatever the model.</summary>
    [Fact]
    public async Task ArgumentsOfAForcedCallAreOfItsSchema()
    {
        const string tools = """ "tools": [{"type": "function", "function": {"name": "raise_alarm", "parameters": SCHEMA}}], "tool_choice": {"type": "function", "function": {"name": "raise_alarm"}} """;
        var (status, answer) = await demo.AskAsync("/v1/chat/completions", $"{{{Question}, {tools.Replace("SCHEMA", Schema, StringComparison.Ordinal)}}}");

        Assert.True(status == HttpStatusCode.OK, answer.GetRawText());
        var call = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        Assert.Equal("raise_alarm", call.GetProperty("name").GetString());
        Assert.True(JsonSchema.FromText(Schema).Evaluate(JsonElement.Parse(call.GetProperty("arguments").GetString()!)).IsValid);
        Assert.Equal("tool_calls", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    /// <summary>A form is for a text; a call that is forced has none, and its arguments are the tool's.</summary>
    [Fact]
    public async Task AFormOfTheTextIsNotOneOfAForcedCall()
    {
        const string call = """ "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"], "additionalProperties": false}}}], "tool_choice": "required" """;
        var (_, answer) = await demo.AskAsync("/v1/chat/completions", $"{{{Question}, {call}, \"response_format\": {{\"type\": \"json_schema\", \"json_schema\": {{\"schema\": {{\"const\": \"text\"}}}}}}}}");

        Assert.Equal(1, JsonElement.Parse(answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()!).GetProperty("a").GetInt32());
    }

    [Theory]
    [InlineData("/v1/chat/completions", "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"schema\": {\"type\": \"array\", \"uniqueItems\": true}}}", "response_format.json_schema.schema", "uniqueItems")]
    [InlineData("/v1/chat/completions", "\"response_format\": {\"type\": \"yaml\"}", "response_format.type", "json_schema")]
    [InlineData("/v1/chat/completions", "\"grammar\": \"root ::= nothing\"", "grammar", "nothing")]
    [InlineData("/v1/chat/completions", "\"structured_outputs\": {}", "structured_outputs", "regex")]
    [InlineData("/api/chat", "\"format\": \"yaml\"", "format", "json")]
    public async Task AFormThatCannotBeHeldToIsRefusedByName(string path, string form, string place, string says)
    {
        var (status, answer) = await demo.AskAsync(path, $"{{{Question}, {form}}}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(place, answer.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(says, answer.GetRawText(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> TextsAt(JsonElement value, string[] place)
    {
        if (place.Length == 0)
            return [value.GetString()!];
        return place[0] == "*"
            ? value.EnumerateArray().ToList().SelectMany(item => TextsAt(item, [.. place.Skip(1)]))
            : value.TryGetProperty(place[0], out var member) ? TextsAt(member, [.. place.Skip(1)]) : [];
    }
}
