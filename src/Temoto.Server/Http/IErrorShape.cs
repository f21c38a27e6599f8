using System.Text.Json;

namespace Temoto.Server.Http;

/// <summary>How an API tells what went wrong.</summary>
internal interface IErrorShape
{
    /// <summary>Writes the document of an error.</summary>
    void Write(Utf8JsonWriter json, RequestException error);

    /// <summary>The name of the event in which it comes within a stream of events; null for one without a name.</summary>
    string? EventName => null;
}
