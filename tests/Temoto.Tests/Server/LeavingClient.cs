namespace Temoto.Tests.Server;

/// <summary>A client that closes its connection before it has the whole answer.</summary>
internal static class LeavingClient
{
    /// <param name="ask">Returns when the headers are there.</param>
    /// <param name="pieces">How many pieces of the answer it reads; with 0 it does not even wait for the first.</param>
    public static async Task AskAsync(Func<CancellationToken, Task<HttpResponseMessage>> ask, int pieces)
    {
        using var left = new CancellationTokenSource();
        if (pieces == 0)
            left.CancelAfter(1);
        try
        {
            using var response = await ask(left.Token);
            await using var body = await response.Content.ReadAsStreamAsync(left.Token);
            for (var i = 0; i < pieces; i++)
                await body.ReadAtLeastAsync(new byte[40], 1, throwOnEndOfStream: false, left.Token);
        }
        catch (OperationCanceledException)
        {
            // It left before the answer began.
        }
    }
}
