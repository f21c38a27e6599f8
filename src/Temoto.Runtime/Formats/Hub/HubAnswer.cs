using System.Globalization;
using System.Net.Http.Headers;

namespace Temoto.Formats.Hub;

/// <summary>An answer after redirects: the hub's own headers describe the file, the last server's body carries it.</summary>
internal sealed class HubAnswer(HttpResponseMessage description, HttpResponseMessage response) : IDisposable
{
    public HttpResponseMessage Response { get; } = response;

    /// <summary>True where the body was not asked for: the redirect itself is the answer.</summary>
    public bool IsDescription => ReferenceEquals(description, Response) && description.Headers.Location is not null;

    public string Authority => Response.RequestMessage?.RequestUri?.Authority ?? "the hub";

    /// <summary>The validator of the server that sends the body: what If-Range must carry.</summary>
    public string? Etag => Response.Headers.ETag is { IsWeak: false } etag ? etag.ToString() : null;

    public ContentRangeHeaderValue? Range => Response.Content.Headers.ContentRange;

    /// <summary>Bytes of the whole file, as the headers have it.</summary>
    public long? TotalBytes => Number(description, "X-Linked-Size")
        ?? (IsDescription ? null : (int)Response.StatusCode == 206 ? Range?.Length : Response.Content.Headers.ContentLength);

    /// <summary>Fills in what the listing did not say.</summary>
    public HubFile Complete(HubFile file)
    {
        var etag = Value(description, "X-Linked-Etag") ?? description.Headers.ETag?.ToString();
        return file with
        {
            SizeBytes = file.SizeBytes ?? TotalBytes,
            Sha256 = file.HasHash ? file.Sha256 : HubHash.FromEtag(etag, 64),
            GitSha1 = file.HasHash ? file.GitSha1 : HubHash.FromEtag(etag, 40),
        };
    }

    public void Dispose()
    {
        description.Dispose();
        Response.Dispose();
    }

    private static string? Value(HttpResponseMessage message, string name) => message.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static long? Number(HttpResponseMessage message, string name) =>
        long.TryParse(Value(message, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
