using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Temoto.Server.Http;

/// <summary>The body of a request, read and judged.</summary>
internal static class RequestBody
{
    /// <summary>Deeper than any request of these APIs.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>The item of a request under which its body is kept until it is read.</summary>
    private static readonly object Kept = new();

    /// <summary>The model that a body names, null where none; the body is read by <see cref="ReadAsync"/> then.</summary>
    public static async Task<string?> ModelNameAsync(HttpContext context)
    {
        var document = await ParseAsync(context).ConfigureAwait(false);
        context.Items[Kept] = document;
        context.Response.RegisterForDispose(document);
        return Judged(document, fields => fields.Text("model"));
    }

    /// <summary>Reads the body and makes of it what <paramref name="read"/> does; whatever is wrong with it is a 400.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context, Func<RequestFields, T> read)
    {
        using var document = context.Items.Remove(Kept, out var kept) ? (JsonDocument)kept! : await ParseAsync(context).ConfigureAwait(false);
        return Judged(document, read);
    }

    private static T Judged<T>(JsonDocument document, Func<RequestFields, T> read)
    {
        try
        {
            return read(RequestFields.Of(document.RootElement));
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, in a string or a key.
            throw NotJson("a string that is no Unicode text");
        }
    }

    private static async Task<JsonDocument> ParseAsync(HttpContext context)
    {
        try
        {
            return await JsonDocument.ParseAsync(context.Request.Body, Options, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException error)
        {
            throw NotJson($"no JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}");
        }
    }

    private static RequestException NotJson(string found) => RequestException.Bad("body", found, "a JSON object in UTF-8", "mend the request");
}
