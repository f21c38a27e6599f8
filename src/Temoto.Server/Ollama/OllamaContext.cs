using System.Text.Json.Serialization;

namespace Temoto.Server.Ollama;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OllamaAnswer))]
[JsonSerializable(typeof(OllamaTags))]
[JsonSerializable(typeof(OllamaShow))]
[JsonSerializable(typeof(OllamaVectors))]
[JsonSerializable(typeof(OllamaVector))]
[JsonSerializable(typeof(OllamaVersion))]
internal sealed partial class OllamaContext : JsonSerializerContext;
