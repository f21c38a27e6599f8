using System.Text.Json;
using Temoto.Server.Http;

namespace Temoto.Server.OpenAi;

/// <summary><c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
internal sealed class OpenAiErrors : IErrorShape
{
    public static readonly OpenAiErrors Shape = new();

    public void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Status switch
        {
            401 => "authentication_error",
            403 => "permission_error",
            429 => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        });
        json.WriteString("param", error.Field);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
