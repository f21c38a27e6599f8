using System.Text.Json;
using Temoto.Extensions.AI;

namespace Temoto.Tests.ExtensionsAI;

public class ToolSchemaTests
{
    [Theory]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """{"properties":{"a":{"type":"integer"}},"additionalProperties":false}""")]
    [InlineData("""{"properties":{"a":{"properties":{"ü":{}}}}}""", """{"properties":{"a":{"properties":{"ü":{}},"additionalProperties":false}},"additionalProperties":false}""")]
    [InlineData("""{"properties":{"a":{"items":{"properties":{}}}}}""", """{"properties":{"a":{"items":{"properties":{},"additionalProperties":false}}},"additionalProperties":false}""")]
    [InlineData("""{"properties":{"a":true},"additionalProperties":{"type":"string"}}""", null)]
    [InlineData("""{"properties":{"a":true},"allOf":[{"properties":{"b":true}}]}""", null)]
    [InlineData("""{"type":"object"}""", null)]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"properties":{}}}}""", null)]
    [InlineData("true", null)]
    public void MembersThatNobodyNamedAreLeftOut(string schema, string? closed) => Assert.Equal(closed ?? schema, ToolSchema.Closed(JsonDocument.Parse(schema).RootElement));
}
