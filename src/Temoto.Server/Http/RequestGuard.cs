using Microsoft.AspNetCore.Http;
using Temoto.Server.Anthropic;
using Temoto.Server.Ollama;
using Temoto.Server.OpenAi;
using Temoto.Server.Operations;
using Temoto.Server.Page;
using Temoto.Server.Security;

namespace Temoto.Server.Http;

/// <summary>Before any route: the name under which the server is asked, the web page that asks, the key.</summary>
internal sealed class RequestGuard(ServerSettings settings, ApiKeys? keys, ServerMetrics metrics, AccessLog log)
{
    private readonly HostNames hosts = new(settings.HostNames);
    private readonly HashSet<string> origins = new(settings.Origins, StringComparer.OrdinalIgnoreCase);

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            Check(context);
        }
        catch (RequestException error)
        {
            await new ApiRoute("refused", ShapeOf(context.Request.Path), _ => Task.FromException(error), metrics, log).RunAsync(context).ConfigureAwait(false);
            return;
        }
        await next(context).ConfigureAwait(false);
    }

    /// <summary>The API that a path belongs to: errors before its route are told in its shape.</summary>
    public static IErrorShape ShapeOf(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.Ordinal) ? OllamaErrors.Shape
        : path.StartsWithSegments("/v1/messages", StringComparison.Ordinal) ? AnthropicErrors.Shape
        : OpenAiErrors.Shape;

    private void Check(HttpContext context)
    {
        var request = context.Request;
        if (!hosts.Allows(request.Host))
            throw new RequestException(403, "this server is not asked under that name; add it with --allow-host", "host_not_allowed");
        CheckOrigin(context);
        // What a page asks before it asks carries no key.
        if (keys is null || IsOpen(request) || (HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0))
            return;
        context.Items["who"] = keys.NameOf(KeyOf(request))
            ?? throw new RequestException(401, "no key, or one that is not known; send Authorization: Bearer KEY, or x-api-key: KEY", "invalid_api_key");
    }

    /// <summary>
    /// A page of another origin may not even ask: its request would cost time though it could not read the answer. Requests that are not a page's carry no Origin.
    /// </summary>
    private void CheckOrigin(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Origin is not [{ Length: > 0 } origin])
            return;
        if (string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase))
            return;
        if (!origins.Contains(origin))
            throw new RequestException(403, "pages of that origin may not ask this server; add it with --cors-origin", "origin_not_allowed");
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        if (!HttpMethods.IsOptions(request.Method))
            return;
        headers.AccessControlAllowMethods = "GET, POST";
        headers.AccessControlAllowHeaders = "Authorization, Content-Type, x-api-key, anthropic-version";
        headers.AccessControlMaxAge = "600";
    }

    /// <summary>
    /// Whether somebody is there may be asked by everybody: supervisors and load balancers have no key. Nor has a browser that gets the page; the page sends one with each question.
    /// </summary>
    private bool IsOpen(HttpRequest request) =>
        request.Path.Value is "/" or "/health" || (settings.HasPage && request.Path.Value is { } path && path.StartsWith(PageRoutes.Folder, StringComparison.Ordinal));

    private static string? KeyOf(HttpRequest request)
    {
        const string scheme = "Bearer ";
        if (request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return authorization[scheme.Length..].Trim();
        return request.Headers["x-api-key"] is [{ } key] ? key : null;
    }
}
