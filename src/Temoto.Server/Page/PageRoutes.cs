using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Temoto.Server.Http;

namespace Temoto.Server.Page;

/// <summary><c>GET /</c> and <c>/page/..</c>: the web page for browsers, a line for everybody else.</summary>
internal static class PageRoutes
{
    public const string Folder = "/page/";

    /// <summary>What Ollama's clients look for before they ask anything.</summary>
    private const string Line = "Temoto is running; Ollama is running, as its clients want to hear\n";

    /// <summary>
    /// The page runs its own scripts, asks its own server and nobody else. Nothing is made of text but text (Trusted Types), nothing frames it, no form leaves it.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <param name="hasPage">False for an API only.</param>
    public static Task RootAsync(HttpContext context, bool hasPage)
    {
        if (hasPage)
            context.Response.Headers.Vary = "Accept";
        return hasPage && WantsPage(context.Request) ? SendAsync(context, PageFiles.Index) : context.Response.WriteAsync(Line, context.RequestAborted);
    }

    public static Task FileAsync(HttpContext context) =>
        SendAsync(context, PageFiles.Find(context.Request.RouteValues["name"] as string) ?? throw new RequestException(404, "the page has no such file", "not_found"));

    /// <summary>Browsers name text/html; programs say anything, or nothing.</summary>
    private static bool WantsPage(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && type.Quality != 0);

    private static Task SendAsync(HttpContext context, PageFile file)
    {
        var (request, response) = (context.Request, context.Response);
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        // Its own requests keep their Origin, by which the guard knows them; with no-referrer some browsers say null there.
        headers["Referrer-Policy"] = "same-origin";
        // Pages of others cannot load a script of ours to learn that a server is here.
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // Asked again each time, so that a new server never runs with an old script; mostly the answer is 304.
        headers.CacheControl = "no-cache";
        headers.ETag = file.ETag;
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (request.Headers.IfNoneMatch.ToString().Contains(file.ETag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        response.ContentType = file.ContentType;
        var bytes = file.Bytes;
        if (request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            headers.ContentEncoding = "gzip";
            bytes = file.Compressed;
        }
        response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
