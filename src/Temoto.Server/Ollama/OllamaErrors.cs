using System.Text.Json;
using Temoto.Server.Http;

namespace Temoto.Server.Ollama;

/// <summary><c>{"error": "line"}</c>.</summary>
internal sealed class OllamaErrors : IErrorShape
{
    public static readonly OllamaErrors Shape = new();

    public void Write(Utf8JsonWriter json, RequestException error)
    {
        json.WriteStartObject();
        json.WriteString("error", error.Message);
        json.WriteEndObject();
    }
}
