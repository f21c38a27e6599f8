using Microsoft.AspNetCore.Http;
using Temoto.Server.Embeddings;
using Temoto.Server.Http;
using Temoto.Server.Models;

namespace Temoto.Server.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>: those that are loaded, and those that would be.</summary>
internal static class OpenAiModels
{
    public static Task ListAsync(HttpContext context, ServedModels models) =>
        JsonAnswer.WriteAsync(context, new ModelList("list", [.. Entries(models)]), OpenAiContext.Default.ModelList);

    public static Task GetAsync(HttpContext context, ServedModels models)
    {
        var id = context.Request.RouteValues["id"] as string ?? "";
        var entry = Entries(models).FirstOrDefault(entry => id.Length == 0 || ModelName.Means(id, entry.Id)) ?? throw RequestException.NoModel(id, models.Names);
        return JsonAnswer.WriteAsync(context, entry, OpenAiContext.Default.ModelEntry);
    }

    private static IEnumerable<ModelEntry> Entries(ServedModels models)
    {
        foreach (var (name, known) in models.List())
            yield return new ModelEntry(name, "model", (known?.Loaded ?? models.Begun).ToUnixTimeSeconds(), "temoto", known?.Info.ContextTokens, known?.Info.ContextTokens);
        if (models.Embedder is { } embedder)
            yield return Entry(embedder);
    }

    private static ModelEntry Entry(ServedEmbedder embedder) =>
        new(embedder.Name, "model", embedder.Loaded.ToUnixTimeSeconds(), "temoto", embedder.Model.MaxTokens, embedder.Model.MaxTokens);
}
