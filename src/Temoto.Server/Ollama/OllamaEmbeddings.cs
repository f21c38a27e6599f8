using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Http;

namespace Temoto.Server.Ollama;

/// <summary><c>POST /api/embed</c>, and <c>/api/embeddings</c> of older clients: one text, one vector.</summary>
internal static class OllamaEmbeddings
{
    public static async Task EmbedAsync(HttpContext context, ServedModel model)
    {
        var start = Stopwatch.GetTimestamp();
        // Texts are cut unless the client minds.
        var texts = await RequestBody.ReadAsync(context, fields => model.RequireEmbedder(fields.Text("model")).ReadTexts(fields, "input", fields.Flag("truncate") ?? true)).ConfigureAwait(false);
        var embedded = await model.Embedder!.EmbedAsync(texts, context.RequestAborted).ConfigureAwait(false);
        AccessLog.NoteTokens(context, embedded.Tokens, 0, 0);
        var answer = new OllamaVectors(model.Embedder.TaggedName, embedded.Vectors, (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds, 0, embedded.Tokens);
        await JsonAnswer.WriteAsync(context, answer, OllamaContext.Default.OllamaVectors).ConfigureAwait(false);
    }

    public static async Task EmbedOneAsync(HttpContext context, ServedModel model)
    {
        var texts = await RequestBody.ReadAsync(context, fields => model.RequireEmbedder(fields.Text("model")).ReadTexts(fields, "prompt", cuts: true)).ConfigureAwait(false);
        var embedded = await model.Embedder!.EmbedAsync([texts[0]], context.RequestAborted).ConfigureAwait(false);
        AccessLog.NoteTokens(context, embedded.Tokens, 0, 0);
        await JsonAnswer.WriteAsync(context, new OllamaVector(embedded.Vectors[0]), OllamaContext.Default.OllamaVector).ConfigureAwait(false);
    }
}
