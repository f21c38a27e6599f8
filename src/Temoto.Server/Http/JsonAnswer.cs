using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Temoto.Server.Http;

/// <summary>JSON as answers carry it: whole, as events, or as lines.</summary>
internal static class JsonAnswer
{
    /// <summary>Japanese stays readable; what HTML would need is the reader's business, since the content type is JSON.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        Serialize(context, value, type);
        return FlushAsync(context);
    }

    /// <summary>An event of server-sent events, on its way at once.</summary>
    public static Task EventAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, string? name = null)
    {
        Begin(context, "text/event-stream; charset=utf-8");
        if (name is not null)
            Write(context, $"event: {name}\n");
        Write(context, "data: ");
        Serialize(context, value, type);
        Write(context, "\n\n");
        return FlushAsync(context);
    }

    public static Task EventAsync(HttpContext context, string data)
    {
        Begin(context, "text/event-stream; charset=utf-8");
        Write(context, $"data: {data}\n\n");
        return FlushAsync(context);
    }

    /// <summary>A line of newline-delimited JSON, on its way at once.</summary>
    public static Task LineAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        Begin(context, "application/x-ndjson");
        Serialize(context, value, type);
        Write(context, "\n");
        return FlushAsync(context);
    }

    /// <summary>As a document of its own where nothing has been sent yet, otherwise as what the stream consists of.</summary>
    public static Task ErrorAsync(HttpContext context, IErrorShape shape, RequestException error)
    {
        var response = context.Response;
        var isEvents = response.HasStarted && response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true;
        if (!response.HasStarted)
        {
            response.Clear();
            response.StatusCode = error.Status;
            response.ContentType = "application/json; charset=utf-8";
            if (error.RetryAfterSeconds is { } seconds)
                response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (error.Status == 401)
                response.Headers.WWWAuthenticate = "Bearer";
        }
        if (isEvents)
            Write(context, $"{(shape.EventName is { } name ? $"event: {name}\n" : "")}data: ");
        using (var json = new Utf8JsonWriter(response.BodyWriter, Options))
            shape.Write(json, error);
        if (isEvents)
            Write(context, "\n\n");
        else if (response.HasStarted)
            Write(context, "\n");
        return FlushAsync(context);
    }

    private static void Begin(HttpContext context, string contentType)
    {
        if (context.Response.HasStarted)
            return;
        context.Response.ContentType = contentType;
        context.Response.Headers.CacheControl = "no-cache";
        // For proxies that gather answers.
        context.Response.Headers["X-Accel-Buffering"] = "no";
    }

    private static void Serialize<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        using var json = new Utf8JsonWriter(context.Response.BodyWriter, Options);
        JsonSerializer.Serialize(json, value, type);
    }

    private static void Write(HttpContext context, string text) =>
        Encoding.UTF8.GetBytes(text.AsSpan(), context.Response.BodyWriter);

    private static async Task FlushAsync(HttpContext context) =>
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
}
