using System.Text.Json;
using System.Text.Json.Serialization;

namespace Temoto.Cli;

/// <summary>A member that is JSON already: a board, a plan, the file of a checkpoint. It stands as it is, white space included.</summary>
[JsonConverter(typeof(Converter))]
internal sealed record RawJson(string Text)
{
    public static RawJson? Of(string? text) => text is null ? null : new RawJson(text);

    /// <summary>Writes the text; nothing reads one.</summary>
    public sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Text);
    }
}
