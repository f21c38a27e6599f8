using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Embeddings;
using Temoto.Server.Http;
using Temoto.Server.Models;

namespace Temoto.Server.Ollama;

/// <summary><c>POST /api/embed</c>, and <c>/api/embeddings</c> of older clients: one text, one vector.</summary>
internal static class OllamaEmbeddings
{
    private sealed record Request(ServedEmbedder Embedder, IReadOnlyList<int[]> Texts);

    public static async Task EmbedAsync(HttpContext context, ServedModels models)
    {
        var start = Stopwatch.GetTimestamp();
        // Texts are cut unless the client minds.
        var request = await RequestBody.ReadAsync(context, fields => Read(fields, models, "input", fields.Flag("truncate") ?? true)).ConfigureAwait(false);
        var embedded = await request.Embedder.EmbedAsync(request.Texts, context.RequestAborted).ConfigureAwait(false);
        AccessLog.NoteTokens(context, embedded.Tokens, 0, 0);
        var answer = new OllamaVectors(request.Embedder.TaggedName, embedded.Vectors, (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds, 0, embedded.Tokens);
        await JsonAnswer.WriteAsync(context, answer, OllamaContext.Default.OllamaVectors).ConfigureAwait(false);
    }

    public static async Task EmbedOneAsync(HttpContext context, ServedModels models)
    {
        var request = await RequestBody.ReadAsync(context, fields => Read(fields, models, "prompt", cuts: true)).ConfigureAwait(false);
        var embedded = await request.Embedder.EmbedAsync([request.Texts[0]], context.RequestAborted).ConfigureAwait(false);
        AccessLog.NoteTokens(context, embedded.Tokens, 0, 0);
        await JsonAnswer.WriteAsync(context, new OllamaVector(embedded.Vectors[0]), OllamaContext.Default.OllamaVector).ConfigureAwait(false);
    }

    private static Request Read(RequestFields fields, ServedModels models, string name, bool cuts)
    {
        var embedder = models.RequireEmbedder(fields.Text("model"));
        return new Request(embedder, embedder.ReadTexts(fields, name, cuts));
    }
}
