using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Temoto.Cli;

/// <summary>JSON as the command prints it: with readable Japanese.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Indented.</summary>
    public static string Document<T>(T value, JsonTypeInfo<T> type) => Write(value, type, Options);

    public static string Line<T>(T value, JsonTypeInfo<T> type) => Write(value, type, Options with { Indented = false });

    // A writer of our own: the encoder is its, and the generated code takes the writer as it is.
    private static string Write<T>(T value, JsonTypeInfo<T> type, JsonWriterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, options))
            JsonSerializer.Serialize(json, value, type);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
