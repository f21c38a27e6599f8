using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Temoto.Cli;

/// <summary>JSON documents as the command prints them: indented, with readable Japanese.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object; <paramref name="write"/> writes its members.</summary>
    public static string Document(Action<Utf8JsonWriter> write) => Object(write, Options);

    /// <summary>One object in one line.</summary>
    public static string Line(Action<Utf8JsonWriter> write) => Object(write, Options with { Indented = false });

    private static string Object(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
