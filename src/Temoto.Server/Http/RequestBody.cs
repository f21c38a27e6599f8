using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Temoto.Server.Http;

/// <summary>The body of a request, read and judged.</summary>
internal static class RequestBody
{
    /// <summary>Deeper than any request of these APIs.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>Reads the body and makes of it what <paramref name="read"/> does; whatever is wrong with it is a 400.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context, Func<RequestFields, T> read)
    {
        using var document = await ParseAsync(context).ConfigureAwait(false);
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
