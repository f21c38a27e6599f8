using Microsoft.AspNetCore.Http;
using Temoto.Server.Embeddings;
using Temoto.Server.Http;

namespace Temoto.Server.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>.</summary>
internal static class OpenAiModels
{
    public static Task ListAsync(HttpContext context, ServedModel model) =>
        JsonAnswer.WriteAsync(context, new ModelList("list", model.Embedder is { } embedder ? [Entry(model), Entry(embedder)] : [Entry(model)]), OpenAiContext.Default.ModelList);

    public static Task GetAsync(HttpContext context, ServedModel model)
    {
        var id = context.Request.RouteValues["id"] as string;
        if (model.Embedder is { } embedder && !string.IsNullOrEmpty(id) && embedder.IsNamed(id))
            return JsonAnswer.WriteAsync(context, Entry(embedder), OpenAiContext.Default.ModelEntry);
        model.Require(id);
        return JsonAnswer.WriteAsync(context, Entry(model), OpenAiContext.Default.ModelEntry);
    }

    private static ModelEntry Entry(ServedEmbedder embedder) =>
        new(embedder.Name, "model", embedder.Loaded.ToUnixTimeSeconds(), "temoto", embedder.Model.MaxTokens, embedder.Model.MaxTokens);

    private static ModelEntry Entry(ServedModel model) =>
        new(model.Name, "model", model.Loaded.ToUnixTimeSeconds(), "temoto", model.Model.Info.ContextTokens, model.Model.Info.ContextTokens);
}
