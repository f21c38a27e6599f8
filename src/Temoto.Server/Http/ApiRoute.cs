using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Temoto.Server.Operations;

namespace Temoto.Server.Http;

/// <summary>Carries a request out and tells what went wrong in the shape of its API. What nobody expected is a 500 without particulars; these go to the log.</summary>
internal sealed class ApiRoute(string route, IErrorShape shape, Func<HttpContext, Task> answer, ServerMetrics metrics, AccessLog log)
{
    public async Task RunAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        string? fault = null;
        try
        {
            await answer(context).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nginx's number for it.
            if (!context.Response.HasStarted)
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception error)
        {
            var told = Told(error);
            if (told.Status == StatusCodes.Status500InternalServerError)
                fault = $"{error.GetType().Name} at {PlaceOf(error)}";
            await JsonAnswer.ErrorAsync(context, shape, told).ConfigureAwait(false);
        }
        metrics.CountRequest(route, context.Response.StatusCode);
        log.Write(context, route, Stopwatch.GetElapsedTime(start), fault);
    }

    /// <summary>The library's own lines name properties of C#; a client knows the fields of its request.</summary>
    private static RequestException Told(Exception error) => error switch
    {
        RequestException told => told,
        OptionException option => new RequestException(400, option.Message.Replace(option.ParamName ?? " ", option.Key, StringComparison.Ordinal), "invalid_value", option.Key),
        InputException input => new RequestException(400, input.Message, "invalid_value"),
        ArgumentException argument => new RequestException(400, argument.Message.ReplaceLineEndings(" "), "invalid_value"),
        BadHttpRequestException { StatusCode: 413 } => new RequestException(413, "the body is larger than this server takes; send less, or raise --max-body", "request_too_large"),
        BadHttpRequestException bad => new RequestException(bad.StatusCode, "the request is no well-formed HTTP; mend it", "bad_request"),
        _ => new RequestException(500, "the server failed; its log says where", "server_error"),
    };

    /// <summary>A method of ours; never a message, which may hold a prompt.</summary>
    private static string PlaceOf(Exception error)
    {
        var method = new StackTrace(error).GetFrames().Select(frame => DiagnosticMethodInfo.Create(frame)).FirstOrDefault(method => method?.DeclaringTypeName.StartsWith("Temoto", StringComparison.Ordinal) == true);
        return method is null ? "an unknown place" : $"{method.DeclaringTypeName}.{method.Name}";
    }
}
