using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Temoto.Tests.Formats.Hub;

/// <summary>What a client asked.</summary>
internal sealed record LoopbackRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>First byte of a Range header, or null.</summary>
    public long? RangeStart => this["Range"] is { } range && range.StartsWith("bytes=") ? long.Parse(range["bytes=".Length..].TrimEnd('-')) : null;
}

/// <summary>An HTTP server on loopback that says exactly what a test tells it to, lies and broken connections included. One request per connection.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<LoopbackRequest, Stream, Task> answer;
    private readonly List<LoopbackRequest> requests = [];

    public LoopbackServer(Func<LoopbackRequest, Stream, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        _ = AcceptAsync();
    }

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public IReadOnlyList<LoopbackRequest> Requests
    {
        get
        {
            lock (requests)
                return [.. requests];
        }
    }

    /// <summary>Requests for files, without listings.</summary>
    public IReadOnlyList<LoopbackRequest> FileRequests => [.. Requests.Where(request => request.Path.Contains("/resolve/"))];

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
    }

    /// <summary>Writes a status line, headers and the empty line.</summary>
    public static Task HeadAsync(Stream stream, int status, params string[] headers) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nConnection: close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n")).AsTask();

    /// <summary>A complete answer.</summary>
    public static async Task SendAsync(Stream stream, int status, byte[] body, params string[] headers)
    {
        await HeadAsync(stream, status, [$"Content-Length: {body.Length}", .. headers]);
        await stream.WriteAsync(body);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var request = await ReadAsync(stream);
                lock (requests)
                    requests.Add(request);
                await answer(request, stream);
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                // The client hung up, which some tests make it do.
            }
        }
    }

    private static async Task<LoopbackRequest> ReadAsync(Stream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n"))
        {
            if (await stream.ReadAsync(one) == 0)
                throw new IOException("no request");
            text.Append((char)one[0]);
        }
        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return new LoopbackRequest(first[0], first[1], headers);
    }
}
