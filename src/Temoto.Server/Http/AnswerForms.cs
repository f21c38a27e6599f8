using System.Text.Json;

namespace Temoto.Server.Http;

/// <summary>Reads the form that an answer is to have, as the APIs write it. A form that cannot be used is told before anything is computed.</summary>
internal static class AnswerForms
{
    private const string SeeDocs = "see docs/server.md";

    /// <summary>OpenAI's <c>response_format</c>; also llama.cpp's <c>grammar</c> and <c>json_schema</c>, and vLLM's <c>structured_outputs</c>.</summary>
    public static AnswerForm? OfOpenAi(RequestFields fields) => ResponseFormat(fields) ?? LlamaCpp(fields) ?? Vllm(fields);

    /// <summary>The <c>format</c> of OpenAI's responses and of Anthropic's <c>output_config</c>, which hold the schema themselves.</summary>
    public static AnswerForm? OfFormat(RequestFields? given)
    {
        if (given is not { } format)
            return null;
        return format.RequiredText("type") switch
        {
            "text" => null,
            "json_object" => AnswerForm.Json,
            "json_schema" => Schema(format, "schema"),
            var type => throw RequestException.Unsupported(format.PlaceOf("type"), $"'{type}'", "text, json_object or json_schema", SeeDocs),
        };
    }

    /// <summary>Ollama's <c>format</c>: "json", or a schema.</summary>
    public static AnswerForm? OfOllama(RequestFields fields) => fields.Any("format") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString() switch
        {
            "" => null,
            "json" => AnswerForm.Json,
            _ => throw fields.Wrong("format", "\"json\", or a JSON schema"),
        },
        _ => Schema(fields, "format"),
    };

    private static AnswerForm? ResponseFormat(RequestFields fields)
    {
        if (fields.Object("response_format") is not { } format)
            return null;
        return format.RequiredText("type") switch
        {
            "text" => null,
            // llama.cpp's way to give a schema.
            "json_object" => format.Any("schema") is null ? AnswerForm.Json : Schema(format, "schema"),
            "json_schema" => Schema(format.Object("json_schema") ?? throw format.Wrong("json_schema", "an object with a schema"), "schema"),
            var type => throw RequestException.Unsupported(format.PlaceOf("type"), $"'{type}'", "text, json_object or json_schema", SeeDocs),
        };
    }

    private static AnswerForm? LlamaCpp(RequestFields fields)
    {
        if (fields.Text("grammar") is { Length: > 0 } grammar)
            return Judged(fields.PlaceOf("grammar"), AnswerForm.Gbnf(grammar));
        return fields.Any("json_schema") is null ? null : Schema(fields, "json_schema");
    }

    private static AnswerForm? Vllm(RequestFields fields)
    {
        if (fields.Object("structured_outputs") is not { } form)
            return null;
        if (form.Any("json") is not null)
            return Schema(form, "json");
        if (form.Text("regex") is { } pattern)
            return Judged(form.PlaceOf("regex"), AnswerForm.Expression(pattern));
        if (form.Text("grammar") is { } grammar)
            return Judged(form.PlaceOf("grammar"), AnswerForm.Gbnf(grammar));
        if (form.Any("choice") is not null)
            return Judged(form.PlaceOf("choice"), AnswerForm.OneOf(form.Texts("choice", 1 << 14)));
        throw RequestException.Bad(fields.PlaceOf("structured_outputs"), "none of these", "json, regex, grammar or choice", SeeDocs);
    }

    private static AnswerForm Schema(RequestFields fields, string name)
    {
        var schema = fields.Any(name) ?? throw fields.Wrong(name, "a JSON schema");
        // vLLM takes it as a text, too.
        var text = schema.ValueKind == JsonValueKind.String ? schema.GetString()! : schema.GetRawText();
        return Judged(fields.PlaceOf(name), AnswerForm.JsonSchema(text));
    }

    private static AnswerForm Judged(string place, AnswerForm form) =>
        form.Fault() is { } fault ? throw RequestException.Unsupported(fault.Place.Length == 0 ? place : $"{place}: {fault.Place}", fault.Found, fault.Expected, fault.Next) : form;
}
