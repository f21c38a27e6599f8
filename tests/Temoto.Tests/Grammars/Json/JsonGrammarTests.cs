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
    public void AValueOfTheSchemaPassesAndNoOther(string schema, string text, bool passes)
    {
        var grammar = Grammar.FromJsonSchema(Vocabulary, schema);

        for (var seed = 0; seed < 8; seed++)
            Assert.Equal(passes, ByteVocabulary.Passes(grammar, ByteVocabulary.Cut(Vocabulary, text, new Random(seed))));
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
