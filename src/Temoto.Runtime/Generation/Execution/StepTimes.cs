namespace Temoto.Generation.Execution;

/// <summary>
/// How long each step of a plan takes: the clock is read when a run begins and after each step, nowhere else, so that steps and the gaps before them fill a run without a rest.
/// Memory is taken here; a run allocates nothing.
/// </summary>
internal sealed class StepTimes
{
    private readonly TimeProvider clock;
    private readonly long[] ticks;
    private long last;

    /// <param name="steps">Of all layers.</param>
    public StepTimes(int steps, TimeProvider clock)
    {
        this.clock = clock;
        ticks = new long[steps];
    }

    /// <summary>A run begins.</summary>
    public void Begin() => last = clock.GetTimestamp();

    /// <summary>Step <paramref name="step"/> has ended; it began where the one before it ended.</summary>
    public void End(int step)
    {
        var now = clock.GetTimestamp();
        ticks[step] += now - last;
        last = now;
    }

    /// <summary>Seconds of a step over all runs since <see cref="Clear"/>.</summary>
    public double Seconds(int step) => ticks[step] / (double)clock.TimestampFrequency;

    /// <summary>Forgets all runs.</summary>
    public void Clear() => Array.Clear(ticks);
}
