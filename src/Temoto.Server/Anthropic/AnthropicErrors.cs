using System.Text.Json;
using Temoto.Server.Http;

namespace Temoto.Server.Anthropic;

/// <summary><c>{"type": "error", "error": {"type", "message"}}</c>.</summary>
internal sealed class AnthropicErrors : IErrorShape
{
    public static readonly AnthropicErrors Shape = new();

    public string EventName => "error";

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
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
