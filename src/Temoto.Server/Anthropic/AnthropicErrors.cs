using System.Text.Json;
using Temoto.Server.Http;

namespace Temoto.Server.Anthropic;

/// <summary><c>{"type": "error", "error": {"type", "message"}}</c>.</summary>
internal sealed class AnthropicErrors : IErrorShape
{
    public static readonly AnthropicErrors Shape = new();

    /// <summary>The one code that clients act upon: they send the whole conversation instead.</summary>
    private const string NoThread = "thread_unsupported_request";

    public string EventName => "error";

    public static RequestException NoThreads() =>
        new(400, new InputException("thread", null, "a conversation that the server is to hold", "none", "send the whole conversation without it").Message, NoThread, "thread");

    public void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteString("type", error.Status switch
        {
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            503 => "overloaded_error",
            >= 500 => "api_error",
            _ => "invalid_request_error",
        });
        json.WriteString("message", error.Message);
        if (error.Code == NoThread)
        {
            json.WriteStartObject("details");
            json.WriteString("error_code", error.Code);
            json.WriteStartArray("unsupported");
            json.WriteStringValue(error.Field);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
