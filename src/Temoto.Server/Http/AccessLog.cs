using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Temoto.Server.Http;

/// <summary>A line for each request on stderr: when, who, what, how long. No prompt, no answer, no key, no address that a client chose.</summary>
/// <param name="requests">False: only faults, and notes about files.</param>
internal sealed class AccessLog(TextWriter writer, bool requests = true)
{
    private readonly Lock gate = new();

    /// <summary>Tokens of a request, for its line.</summary>
    public static void NoteTokens(HttpContext context, int prompt, int reused, int generated) =>
        context.Items["tokens"] = $"prompt={prompt} reused={reused} generated={generated}";

    public void Write(HttpContext context, string route, TimeSpan time, string? fault)
    {
        if (!requests && fault is null)
            return;
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {MethodOf(context)} {route} {context.Response.StatusCode} {time.TotalMilliseconds:0} ms");
        if (context.Items["who"] is string who)
            line.Append(" key=").Append(who);
        if (context.Items["tokens"] is string tokens)
            line.Append(' ').Append(tokens);
        if (fault is not null)
            line.Append(" fault=").Append(fault);
        Note(line.ToString());
    }

    public void Note(string line)
    {
        lock (gate)
            writer.WriteLine(line);
    }

    /// <summary>HTTP's own methods have at most seven letters; others are what a client chose.</summary>
    private static string MethodOf(HttpContext context) => context.Request.Method is { Length: <= 7 } method && method.All(char.IsAsciiLetter) ? method : "?";
}
