namespace Temoto.Cli.LineEditing;

/// <summary>
/// Keys as they come. A read from a terminal cannot be cancelled, waiting for it can: then the read stays open, and the next wait takes over what it
/// brings.
/// </summary>
internal sealed class KeyQueue
{
    private readonly Queue<ConsoleKeyInfo> keys = new();
    private Task<List<ConsoleKeyInfo>>? reading;

    /// <summary>True while keys are at hand: a time to draw is when there are none.</summary>
    public bool HasKeys => keys.Count > 0;

    /// <summary>
    /// Puts the terminal into the mode in which keys come one by one; asking for a key does so. To be called before a prompt is shown, or what is typed at
    /// once is echoed and edited by the terminal itself.
    /// </summary>
    public static void Begin() => _ = Console.KeyAvailable;

    public async ValueTask<ConsoleKeyInfo> NextAsync(CancellationToken cancellation)
    {
        while (keys.Count == 0)
        {
            reading ??= Task.Run(ReadAvailable, CancellationToken.None);
            var read = await reading.WaitAsync(cancellation);
            reading = null;
            foreach (var key in read)
                keys.Enqueue(key);
        }
        return keys.Dequeue();
    }

    /// <summary>Waits for one key and takes those that have come with it, as in a paste.</summary>
    private static List<ConsoleKeyInfo> ReadAvailable()
    {
        const int most = 4096;
        var read = new List<ConsoleKeyInfo> { Console.ReadKey(intercept: true) };
        while (read.Count < most && Console.KeyAvailable)
            read.Add(Console.ReadKey(intercept: true));
        return read;
    }
}
