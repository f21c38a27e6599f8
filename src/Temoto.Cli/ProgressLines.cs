namespace Temoto.Cli;

/// <summary>
/// Progress for a log: a line for each tenth of the work, but none sooner than ten seconds after the one before, and one a minute at least. Short
/// work says nothing.
/// </summary>
internal sealed class ProgressLines(string title, TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Lock reportLock = new();
    private readonly long start = clock.GetTimestamp();
    private long lineAt = clock.GetTimestamp();
    private long tenths;

    public void Report(long done, long all)
    {
        lock (reportLock)
        {
            var silence = clock.GetElapsedTime(lineAt);
            var reached = (long)(10.0 * done / Math.Max(1, all));
            if (silence < Shortest || (reached == tenths && silence < Longest))
                return;
            tenths = reached;
            lineAt = clock.GetTimestamp();
            output.WriteLine($"{title}: {(long)(100.0 * done / Math.Max(1, all))} % after {Duration(clock.GetElapsedTime(start))}");
        }
    }

    /// <summary>"45 s", "3 min 20 s", "1 h 5 min".</summary>
    private static string Duration(TimeSpan time) => time.TotalSeconds < 60 ? $"{time.Seconds} s"
        : time.TotalMinutes < 60 ? $"{time.Minutes} min {time.Seconds} s"
        : $"{(int)time.TotalHours} h {time.Minutes} min";
}
