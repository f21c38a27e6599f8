using Microsoft.AspNetCore.Http;
using Temoto.Server.Http;

namespace Temoto.Server.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>.</summary>
internal static class OpenAiModels
{
    public static Task ListAsync(HttpContext context, ServedModel model) =>
        JsonAnswer.WriteAsync(context, new ModelList("list", [Entry(model)]), OpenAiContext.Default.ModelList);

    public static Task GetAsync(HttpContext context, ServedModel model)
    {
        model.Require(context.Request.RouteValues["id"] as string);
        return JsonAnswer.WriteAsync(context, Entry(model), OpenAiContext.Default.ModelEntry);
    }

    private static ModelEntry Entry(ServedModel model) =>
        new(model.Name, "model", model.Loaded.ToUnixTimeSeconds(), "temoto", model.Model.Info.ContextTokens, model.Model.Info.ContextTokens);
}
