using System.Text.Json;
using System.Text.Json.Nodes;

namespace Temoto.Extensions.AI;

/// <summary>
/// Schemas of a function's arguments. Those that are made of C# methods name every parameter and do not say that there are no others, since a method passes over what it does not know; a model that is held
/// to such a schema may write whatever it likes beside them, and a small one does.
/// </summary>
internal static class ToolSchema
{
    /// <summary>What may say something about other members, or leave it to others to say.</summary>
    private static readonly string[] Open = ["additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames", "allOf", "anyOf", "oneOf", "not", "if", "$ref", "$dynamicRef", "dependentSchemas", "dependencies"];

    /// <summary>The schema with no members but those that it names, where it does not say otherwise.</summary>
    public static string Closed(JsonElement schema)
    {
        if (JsonNode.Parse(schema.GetRawText()) is not JsonObject root)
            return schema.GetRawText();
        Close(root);
        return root.ToJsonString(ToolTexts.Written);
    }

    private static void Close(JsonObject schema)
    {
        if (schema["properties"] is JsonObject properties)
        {
            foreach (var (_, member) in properties)
                CloseIfObject(member);
            if (!Open.Any(schema.ContainsKey))
                schema["additionalProperties"] = false;
        }
        CloseIfObject(schema["items"]);
    }

    private static void CloseIfObject(JsonNode? schema)
    {
        if (schema is JsonObject members)
            Close(members);
    }
}
