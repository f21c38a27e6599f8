using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Embeddings;
using Temoto.Server.Http;
using Temoto.Server.Models;

namespace Temoto.Server.OpenAi;

/// <summary><c>POST /v1/embeddings</c>: vectors as arrays of numbers, or as float32 in base64.</summary>
internal static class Embeddings
{
    private sealed record Request(ServedEmbedder Embedder, IReadOnlyList<int[]> Texts, bool Base64);

    public static async Task AnswerAsync(HttpContext context, ServedModels models)
    {
        var request = await RequestBody.ReadAsync(context, fields => Read(fields, models)).ConfigureAwait(false);
        var embedder = request.Embedder;
        var embedded = await embedder.EmbedAsync(request.Texts, context.RequestAborted).ConfigureAwait(false);
        AccessLog.NoteTokens(context, embedded.Tokens, 0, 0);
        var answer = new EmbeddingList(
            "list",
            [.. embedded.Vectors.Select((vector, index) => new EmbeddingEntry("embedding", index, request.Base64 ? new EmbeddingValue(null, Encoded(vector)) : new EmbeddingValue(vector, null)))],
            embedder.Name,
            new EmbeddingUsage(embedded.Tokens, embedded.Tokens));
        await JsonAnswer.WriteAsync(context, answer, OpenAiContext.Default.EmbeddingList).ConfigureAwait(false);
    }

    /// <summary>Little-endian, as OpenAI's clients read it.</summary>
    private static string Encoded(float[] vector) => Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector));

    private static Request Read(RequestFields fields, ServedModels models)
    {
        var embedder = models.RequireEmbedder(fields.Text("model"));
        var format = fields.Text("encoding_format") ?? "float";
        if (format is not ("float" or "base64"))
            throw fields.Wrong("encoding_format", "float or base64");
        if (fields.Count("dimensions", 1, int.MaxValue) is { } dimensions && dimensions != embedder.Model.Dimensions)
            throw RequestException.Unsupported("dimensions", $"{dimensions}", $"{embedder.Model.Dimensions}", "leave it out: vectors of this model are not cut");
        return new Request(embedder, embedder.ReadTexts(fields, "input", cuts: false), format == "base64");
    }
}

internal sealed record EmbeddingList(string Object, IReadOnlyList<EmbeddingEntry> Data, string Model, EmbeddingUsage Usage);

internal sealed record EmbeddingEntry(string Object, int Index, EmbeddingValue Embedding);

internal sealed record EmbeddingUsage(int PromptTokens, int TotalTokens);

/// <summary>An array of numbers, or a string.</summary>
[JsonConverter(typeof(EmbeddingValueConverter))]
internal sealed record EmbeddingValue(float[]? Numbers, string? Base64);

/// <summary>Writes whichever is there.</summary>
internal sealed class EmbeddingValueConverter : JsonConverter<EmbeddingValue>
{
    public override EmbeddingValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, EmbeddingValue value, JsonSerializerOptions options)
    {
        if (value.Base64 is { } text)
        {
            writer.WriteStringValue(text);
            return;
        }
        writer.WriteStartArray();
        foreach (var number in value.Numbers!)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }
}
