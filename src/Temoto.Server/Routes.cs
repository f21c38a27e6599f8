using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Anthropic;
using Temoto.Server.Http;
using Temoto.Server.Models;
using Temoto.Server.Ollama;
using Temoto.Server.OpenAi;
using Temoto.Server.Operations;
using Temoto.Server.Page;

namespace Temoto.Server;

/// <summary>Every route, and who answers it.</summary>
/// <param name="hasPage">Whether browsers get a page.</param>
internal sealed class Routes(bool hasPage, ServedModels models, ServerMetrics metrics, AccessLog log)
{
    public void AddTo(WebApplication app)
    {
        Add(app, "GET", "/health", OpenAiErrors.Shape, OperationRoutes.HealthAsync);
        Add(app, "GET", "/metrics", OpenAiErrors.Shape, context => OperationRoutes.MetricsAsync(context, models, metrics));
        AddLook(app, "/slots", OperationRoutes.SlotsAsync);
        AddLook(app, "/props", (context, model) => OperationRoutes.PropsAsync(context, model, models.Names));
        AddModel(app, "/tokenize", OpenAiErrors.Shape, OperationRoutes.TokenizeAsync);
        AddModel(app, "/detokenize", OpenAiErrors.Shape, OperationRoutes.DetokenizeAsync);

        Add(app, "GET", "/v1/models", OpenAiErrors.Shape, OpenAiModels.ListAsync);
        // Names of pulled models have a slash in them.
        Add(app, "GET", "/v1/models/{**id}", OpenAiErrors.Shape, OpenAiModels.GetAsync);
        AddModel(app, "/v1/chat/completions", OpenAiErrors.Shape, ChatCompletions.AnswerAsync);
        AddModel(app, "/v1/completions", OpenAiErrors.Shape, TextCompletions.AnswerAsync);
        Add(app, "POST", "/v1/embeddings", OpenAiErrors.Shape, OpenAi.Embeddings.AnswerAsync);
        AddModel(app, "/v1/responses", OpenAiErrors.Shape, Responses.AnswerAsync);
        AddModel(app, "/v1/messages", AnthropicErrors.Shape, Messages.AnswerAsync);
        AddModel(app, "/v1/messages/count_tokens", AnthropicErrors.Shape, Messages.CountAsync);

        Add(app, "GET", "/", OllamaErrors.Shape, context => PageRoutes.RootAsync(context, hasPage));
        if (hasPage)
            Add(app, "GET", PageRoutes.Folder + "{**name}", OpenAiErrors.Shape, PageRoutes.FileAsync);
        Add(app, "GET", "/api/version", OllamaErrors.Shape, context => JsonAnswer.WriteAsync(context, new OllamaVersion(TemotoServer.Version), OllamaContext.Default.OllamaVersion));
        Add(app, "GET", "/api/tags", OllamaErrors.Shape, OllamaModels.TagsAsync);
        Add(app, "GET", "/api/ps", OllamaErrors.Shape, OllamaModels.RunningAsync);
        Add(app, "POST", "/api/show", OllamaErrors.Shape, OllamaModels.ShowAsync);
        AddModel(app, "/api/chat", OllamaErrors.Shape, OllamaCompletions.ChatAsync);
        Add(app, "POST", "/api/embed", OllamaErrors.Shape, OllamaEmbeddings.EmbedAsync);
        Add(app, "POST", "/api/embeddings", OllamaErrors.Shape, OllamaEmbeddings.EmbedOneAsync);
        AddModel(app, "/api/generate", OllamaErrors.Shape, OllamaCompletions.GenerateAsync);

        app.MapFallback("{**path}", (RequestDelegate)(context =>
            new ApiRoute("elsewhere", RequestGuard.ShapeOf(context.Request.Path), Elsewhere, metrics, log).RunAsync(context)));
    }

    /// <summary>A request to the model that its body names, which stays loaded until it is answered.</summary>
    private void AddModel(WebApplication app, string pattern, IErrorShape shape, Func<HttpContext, ServedModel, Task> answer) => Add(app, "POST", pattern, shape, async context =>
    {
        models.RequireReady();
        using var lease = await models.AcquireAsync(await RequestBody.ModelNameAsync(context).ConfigureAwait(false), context.RequestAborted).ConfigureAwait(false);
        await using var ends = lease.MustEnd.Register(context.Abort);
        await answer(context, lease.Model).ConfigureAwait(false);
    });

    /// <summary>What an operator sees of the model of <c>?model=NAME</c>; nothing is loaded for it.</summary>
    private void AddLook(WebApplication app, string pattern, Func<HttpContext, ServedModel, Task> answer) => Add(app, "GET", pattern, OpenAiErrors.Shape, async context =>
    {
        using var lease = models.Peek(context.Request.Query["model"]);
        await answer(context, lease.Model).ConfigureAwait(false);
    });

    private void Add(WebApplication app, string method, string pattern, IErrorShape shape, Func<HttpContext, ServedModels, Task> answer) =>
        Add(app, method, pattern, shape, context => answer(context, models));

    private void Add(WebApplication app, string method, string pattern, IErrorShape shape, Func<HttpContext, Task> answer)
    {
        // What asks for the headers only gets those of an answer without a body.
        string[] methods = method == "GET" ? ["GET", "HEAD"] : [method];
        app.MapMethods(pattern, methods, (RequestDelegate)new ApiRoute(pattern, shape, answer, metrics, log).RunAsync);
    }

    private static Task Elsewhere(HttpContext context)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }
        throw new RequestException(404, "no such route, or not by this method; docs/server.md lists them", "not_found");
    }
}
