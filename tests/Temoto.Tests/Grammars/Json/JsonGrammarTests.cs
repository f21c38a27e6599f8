using System.Globalization;
using Temoto.Grammars;

namespace Temoto.Tests.Grammars.Json;

public class JsonGrammarTests
{
    private static readonly TokenVocabulary Vocabulary = ByteVocabulary.New();

    [Theory]
    [InlineData("{}", """{"a":[1,"x",null,{}]}""", true)]
    [InlineData("true", "12.5e-3", true)]
    [InlineData("""{"type": "integer"}""", "12", true)]
    [InlineData("""{"type": "integer"}""", "1.0", false)]
    [InlineData("""{"type": "integer"}""", "012", false)]
    [InlineData("""{"type": "number", "minimum": 1.5, "exclusiveMaximum": 10}""", "9.99", true)]
    [InlineData("""{"type": "number", "minimum": 1.5, "exclusiveMaximum": 10}""", "1.49", false)]
    [InlineData("""{"type": "number", "minimum": 1.5, "exclusiveMaximum": 10}""", "10", false)]
    [InlineData("""{"type": "integer", "multipleOf": 15}""", "45", true)]
    [InlineData("""{"type": "integer", "multipleOf": 15}""", "50", false)]
    [InlineData("""{"type": "string", "minLength": 2, "maxLength": 3}""", "\"手元\"", true)]
    [InlineData("""{"type": "string", "minLength": 2, "maxLength": 3}""", "\"手\"", false)]
    [InlineData("""{"type": "string", "minLength": 2, "maxLength": 3}""", "\"\\n\\\"x\"", true)]
    [InlineData("""{"type": "string", "pattern": "^[A-Z]{2}-\\d+$"}""", "\"AB-12\"", true)]
    [InlineData("""{"type": "string", "pattern": "^[A-Z]{2}-\\d+$"}""", "\"AB-\"", false)]
    [InlineData("""{"type": "string", "format": "date"}""", "\"2024-02-29\"", true)]
    [InlineData("""{"type": "string", "format": "date"}""", "\"2023-02-29\"", false)]
    [InlineData("""{"type": "string", "format": "a format that nobody knows"}""", "\"x\"", true)]
    [InlineData("""{"enum": ["a", 1, null, [1, 2], {"k": 3}]}""", "[1,2]", true)]
    [InlineData("""{"enum": ["a", 1, null, [1, 2], {"k": 3}]}""", "{\"k\":3}", true)]
    [InlineData("""{"enum": ["a", 1, null, [1, 2], {"k": 3}]}""", "[1]", false)]
    [InlineData("""{"properties": {"a": {"type": "integer"}, "b": {}}, "required": ["b"], "type": "object"}""", "{\"a\":1,\"b\":2}", true)]
    [InlineData("""{"properties": {"a": {"type": "integer"}, "b": {}}, "required": ["b"], "type": "object"}""", "{\"a\":1}", false)]
    [InlineData("""{"properties": {"a": {"type": "integer"}, "b": {}}, "required": ["b"], "type": "object"}""", "{\"b\":1,\"zzz\":[]}", true)]
    [InlineData("""{"properties": {"a": {"type": "integer"}}, "additionalProperties": false, "type": "object"}""", "{\"ab\":1}", false)]
    [InlineData("""{"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}, "type": "object"}""", "{\"ab\":\"1\"}", true)]
    [InlineData("""{"type": "object", "patternProperties": {"^n": {"type": "number"}}, "additionalProperties": false}""", "{\"n1\":1}", true)]
    [InlineData("""{"type": "object", "patternProperties": {"^n": {"type": "number"}}, "additionalProperties": false}""", "{\"m1\":1}", false)]
    [InlineData("""{"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "string"}, "minItems": 2}""", "[1,\"x\"]", true)]
    [InlineData("""{"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "string"}, "minItems": 2}""", "[1]", false)]
    [InlineData("""{"type": "array", "contains": {"const": 7}, "maxItems": 3}""", "[1,7,2]", true)]
    [InlineData("""{"type": "array", "contains": {"const": 7}, "maxItems": 3}""", "[1,2,3]", false)]
    [InlineData("""{"oneOf": [{"multipleOf": 2, "type": "integer"}, {"multipleOf": 3, "type": "integer"}]}""", "4", true)]
    [InlineData("""{"oneOf": [{"multipleOf": 2, "type": "integer"}, {"multipleOf": 3, "type": "integer"}]}""", "6", false)]
    [InlineData("""{"not": {"type": ["string", "object", "array"]}}""", "true", true)]
    [InlineData("""{"not": {"type": ["string", "object", "array"]}}""", "\"x\"", false)]
    [InlineData("""{"type": "object", "not": {"required": ["a", "b"]}}""", "{\"a\":1}", true)]
    [InlineData("""{"type": "object", "not": {"required": ["a", "b"]}}""", "{\"a\":1,\"b\":2}", false)]
    [InlineData("""{"type": "object", "properties": {"k": {"enum": ["x", "y"]}}, "required": ["k"], "if": {"properties": {"k": {"const": "x"}}}, "then": {"required": ["v"]}}""", "{\"k\":\"y\"}", true)]
    [InlineData("""{"type": "object", "properties": {"k": {"enum": ["x", "y"]}}, "required": ["k"], "if": {"properties": {"k": {"const": "x"}}}, "then": {"required": ["v"]}}""", "{\"k\":\"x\"}", false)]
    [InlineData("""{"$defs": {"n": {"type": "object", "properties": {"next": {"$ref": "#/$defs/n"}}, "additionalProperties": false}}, "$ref": "#/$defs/n"}""", "{\"next\":{\"next\":{}}}", true)]
    [InlineData("""{"type": "object", "minProperties": 2, "properties": {"a": {}, "b": {}, "c": {}}, "additionalProperties": false}""", "{\"a\":1}", false)]
    [InlineData("""{"type": "object", "minProperties": 2, "properties": {"a": {}, "b": {}, "c": {}}, "additionalProperties": false}""", "{\"a\":1,\"c\":2}", true)]
    [InlineData("""{"type": "object", "minProperties": 1}""", "{\"a\":1}", true)]
    [InlineData("""{"type": "object", "minProperties": 1}""", "{}", false)]
    [InlineData("""{"type": "number", "multipleOf": 0.0001}""", "0.0075", true)]
    [InlineData("""{"type": "number", "multipleOf": 0.0001}""", "0.00751", false)]
    [InlineData("""{"type": "integer", "multipleOf": 86400, "minimum": 1}""", "172800", true)]
    [InlineData("""{"type": "object", "maxProperties": 1}""", "{\"a\":1,\"b\":1}", false)]
    [InlineData("""{"type": "object", "propertyNames": {"maxLength": 2}}""", "{\"abc\":1}", false)]
    [InlineData("""{"propertyNames": {"$ref": "#"}}""", "{\"a\":{}}", true)]
    [InlineData("""{"type": "array", "oneOf": [{"contains": {"const": 1}}, {"contains": {"type": "integer"}, "minContains": 0, "maxContains": 2}]}""", "[1]", false)]
    [InlineData("""{"type": "array", "allOf": [{"contains": {"const": 1}}, {"contains": {"type": "integer"}, "maxContains": 2}]}""", "[1,2]", true)]
    [InlineData("""{"type": "array", "allOf": [{"contains": {"type": "number", "minimum": 5}}, {"contains": {"type": "number", "multipleOf": 2}}], "maxItems": 1}""", "[6]", true)]
    [InlineData("""{"type": "array", "items": {"const": true}, "contains": {"type": "boolean"}, "maxContains": 2}""", "[true,true,true]", false)]
    [InlineData("""{"oneOf": [{"type": "number"}, {"type": "integer", "enum": [1e30]}]}""", "1000000000000000000000000000000", false)]
    [InlineData("""{"type": "integer", "enum": [1e30, 5]}""", "1000000000000000000000000000000", true)]
    [InlineData("""{"type": "string", "maxLength": 10, "not": {"pattern": "^[\\s\\S]{5,12}$"}}""", "\"abcde\"", false)]
    [InlineData("""{"type": "object", "properties": {"a\nb": {"type": "integer"}}, "required": ["a\nb"]}""", "{\"a\\nb\":1}", true)]
    [InlineData("""{"properties": {"definitions": {"type": "object", "properties": {"enum": {"$anchor": "z", "type": "string"}}}, "b": {"$ref": "#z"}}, "type": "object"}""", "{\"b\":\"x\"}", true)]
    public void AValueOfTheSchemaPassesAndNoOther(string schema, string text, bool passes)
    {
        var grammar = Grammar.FromJsonSchema(Vocabulary, schema);

        for (var seed = 0; seed < 8; seed++)
            Assert.Equal(passes, ByteVocabulary.Passes(grammar, ByteVocabulary.Cut(Vocabulary, text, new Random(seed))));
    }

    /// <summary>Types that need each other in every way: looked at a few times each, not once for every path among them.</summary>
    [Fact]
    public void TypesThatNeedEachOtherAreTaken()
    {
        const int count = 12;
        var members = string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"p{i}\": {{\"$ref\": \"#/$defs/d{i}\"}}"));
        var required = string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"p{i}\""));
        var types = string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"d{i}\": {{\"anyOf\": [{{\"type\": \"object\", \"properties\": {{{members}}}, \"required\": [{required}]}}, {{\"type\": \"null\"}}]}}"));
        var grammar = Grammar.FromJsonSchema(Vocabulary, $"{{\"$defs\": {{{types}}}, \"$ref\": \"#/$defs/d0\"}}");

        Assert.True(grammar.NewMatcher().Accept("{\"p0\":null,\"p1\":{\"p0\":null"u8));
    }

    /// <summary>Small schemas with more ways than there is time for.</summary>
    [Theory]
    [InlineData("""{"type": "object", "dependentRequired": {MANY}}""", "\"a#\": [\"b#\"]", 24)]
    [InlineData("""{"anyOf": [MANY], "oneOf": [MANY]}""", "true", 300)]
    [InlineData("""{"oneOf": [MANY]}""", "true", 3000)]
    [InlineData("""{"enum": [MANY], "anyOf": [MANY]}""", "{}", 2000)]
    public void SchemasWithTooManyWaysAreRefused(string schema, string part, int count)
    {
        var many = string.Join(",", Enumerable.Range(0, count).Select(i => part.Replace("#", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));

        Assert.Throws<GrammarException>(() => Grammar.FromJsonSchema(Vocabulary, schema.Replace("MANY", many, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{\"a\": 1}", JsonStyle.Compact, false)]
    [InlineData("{\"a\":1}", JsonStyle.Compact, true)]
    [InlineData("{ \"a\"\n:\t1 }", JsonStyle.Free, true)]
    [InlineData("{\"\\u0061\":1}", JsonStyle.Free, true)]
    [InlineData("{\"x\":\"\\u00e9\"}", JsonStyle.Free, true)]
    [InlineData("{\"x\":\"\\ud83d\\ude00\"}", JsonStyle.Free, true)]
    [InlineData("{\"x\":\"\\ud83d\"}", JsonStyle.Free, false)]
    [InlineData("{\"x\":\"\\u00e9\"}", JsonStyle.Compact, false)]
    [InlineData("{\"x\":\"\\u0001\"}", JsonStyle.Compact, true)]
    public void TheStyleSaysHowItIsWritten(string text, JsonStyle style, bool passes)
    {
        var grammar = Grammar.FromJsonSchema(Vocabulary, """{"type": "object"}""", style);

        Assert.Equal(passes, ByteVocabulary.Passes(grammar, ByteVocabulary.Cut(Vocabulary, text, new Random(1))));
    }

    [Theory]
    [InlineData("""{"type": "array", "uniqueItems": true}""", "uniqueItems")]
    [InlineData("""{"unevaluatedProperties": false}""", "unevaluatedProperties")]
    [InlineData("""{"$ref": "https://example.com/other.json"}""", "another document")]
    [InlineData("""{"$ref": "#/$defs/none"}""", "leads nowhere")]
    [InlineData("""{"type": "object", "minProperties": 2}""", "minProperties")]
    [InlineData("""{"type": "text"}""", "\"text\"")]
    [InlineData("""{"type": "string", "not": {"format": "date-time"}}""", "date-time")]
    [InlineData("""{"type": "array", "contains": true, "minContains": 2, "maxContains": 1}""", "nothing that can be written")]
    [InlineData("""{"type": "array", "prefixItems": [{}], "items": {"const": true}, "allOf": [{"contains": {"const": "a"}}, {"contains": {"const": "b"}}]}""", "nothing that can be written")]
    [InlineData("""{"const": ["\ud800"]}""", "surrogate")]
    [InlineData("""{"properties": {"a": true, "a": false}}""", "no JSON")]
    [InlineData("""{"$defs": {"a": {"$dynamicAnchor": "x"}, "b": {"$dynamicAnchor": "x"}}, "$dynamicRef": "#x"}""", "several targets")]
    [InlineData("""{"not": {"oneOf": [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true]}}""", "ways to be of it")]
    [InlineData("""{"type": "string", "pattern": "("}""", "pattern")]
    [InlineData("""{"allOf": [{"type": "string"}, {"type": "null"}]}""", "nothing that can be written")]
    [InlineData("""{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}""", "nothing that can be written")]
    [InlineData("""{"type": """, "no JSON")]
    [InlineData("[]", "a schema")]
    [InlineData("""{"type": "object", "not": {"additionalProperties": {"type": "string"}}}""", "additionalProperties")]
    public void WhatCannotBeDecidedIsRefusedByName(string schema, string said)
    {
        var error = Assert.Throws<GrammarException>(() => Grammar.FromJsonSchema(Vocabulary, schema));

        Assert.Contains(said, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
