namespace Temoto.Simulation.Dram;

/// <summary>
/// A port: cuts runs into bursts, keeps a bounded number of them on their way, and asks the controller for their columns in order. How beats cross is the business of
/// <see cref="ReadPort"/> and <see cref="WritePort"/>.
/// </summary>
internal abstract class DramPort
{
    /// <summary>Columns that a burst of 256 bytes touches at most.</summary>
    private const int MostColumns = PortSettings.BurstBytes / DramTiming.ColumnBytes + 1;

    private readonly PortSettings settings;
    private readonly AccessRun[] runs;
    private readonly long controllerHz;
    private readonly int pathClocks;
    private readonly uint[] addresses;
    private readonly int[] beats;
    private readonly long[] arrivalClocks;
    private long phase;
    private int run;
    private int runBytes;
    private int asking;
    private int askedColumns;
    private int askable;

    protected DramPort(PortStream stream, DramTiming timing)
    {
        (settings, runs, controllerHz) = (stream.Settings, stream.Runs, timing.ControllerHz);
        if (settings.ClockHz <= 0 || settings.OutstandingBursts <= 0 || settings.PathNanoseconds < 0)
            throw new ArgumentException("a port has a clock and bursts, and its path takes time");
        if (runs.Any(run => run.Bytes <= 0 || run.Bytes % PortSettings.BeatBytes != 0 || run.Address % PortSettings.BeatBytes != 0 || run.Address + (long)run.Bytes > 1L << 32))
            throw new ArgumentException("runs are whole beats of the first 4 GiB");
        pathClocks = timing.ClocksFor(settings.PathNanoseconds);
        addresses = new uint[settings.OutstandingBursts];
        beats = new int[settings.OutstandingBursts];
        arrivalClocks = new long[settings.OutstandingBursts * MostColumns];
    }

    /// <summary>Whether everything has crossed.</summary>
    public bool IsDone => Bursts == 0 && run == runs.Length;

    /// <summary>Bytes that have crossed.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the next column of a burst waits to be asked for.</summary>
    public bool IsAsking => askable > 0;

    /// <summary>Bursts on their way.</summary>
    protected int Bursts { get; private set; }

    /// <summary>Where the oldest burst is kept.</summary>
    protected int Oldest { get; private set; }

    /// <summary>Whether another burst may begin.</summary>
    protected bool CanBegin => Bursts < settings.OutstandingBursts && run < runs.Length;

    /// <summary>One clock of the controller, in which none, one or several clocks of the port begin.</summary>
    public void Advance(long clock)
    {
        phase += settings.ClockHz;
        while (phase >= controllerHz)
        {
            phase -= controllerHz;
            Edge(clock);
        }
    }

    /// <summary>The next column, as an address and the number under which <see cref="Complete"/> takes it.</summary>
    public (uint Address, int Column) Ask()
    {
        if (!IsAsking)
            throw new InvalidOperationException("the port has nothing to ask for");
        var column = asking * MostColumns + askedColumns;
        var address = addresses[asking] / DramTiming.ColumnBytes * DramTiming.ColumnBytes + (uint)(askedColumns * DramTiming.ColumnBytes);
        if (++askedColumns == ColumnsOf(asking))
            (asking, askedColumns, askable) = ((asking + 1) % settings.OutstandingBursts, 0, askable - 1);
        return (address, column);
    }

    /// <summary>The column's data was on the bus until a clock.</summary>
    public void Complete(int column, long clock)
    {
        if (arrivalClocks[column] != long.MaxValue)
            throw new InvalidOperationException("a column came twice");
        arrivalClocks[column] = clock + pathClocks;
    }

    /// <summary>One clock of the port.</summary>
    protected abstract void Edge(long clock);

    /// <summary>Takes up the next burst and returns where it is kept.</summary>
    protected int Begin()
    {
        var burst = (Oldest + Bursts++) % settings.OutstandingBursts;
        var address = runs[run].Address + (uint)runBytes;
        var toBoundary = PortSettings.BoundaryBytes - (int)(address % PortSettings.BoundaryBytes);
        var bytes = Math.Min(Math.Min(PortSettings.BurstBytes, runs[run].Bytes - runBytes), toBoundary);
        runBytes += bytes;
        if (runBytes == runs[run].Bytes)
            (run, runBytes) = (run + 1, 0);
        (addresses[burst], beats[burst]) = (address, bytes / PortSettings.BeatBytes);
        arrivalClocks.AsSpan(burst * MostColumns, MostColumns).Fill(long.MaxValue);
        return burst;
    }

    /// <summary>The columns of one more burst may be asked for.</summary>
    protected void MayAsk() => askable++;

    /// <summary>A beat crossed.</summary>
    protected void Cross() => Bytes += PortSettings.BeatBytes;

    /// <summary>The oldest burst is done.</summary>
    protected void End()
    {
        Oldest = (Oldest + 1) % settings.OutstandingBursts;
        Bursts--;
    }

    /// <summary>Beats of a burst.</summary>
    protected int BeatsOf(int burst) => beats[burst];

    /// <summary>Columns that a burst touches.</summary>
    protected int ColumnsOf(int burst) => ColumnOf(burst, beats[burst] - 1) + 1;

    /// <summary>In which column of a burst a beat lies.</summary>
    protected int ColumnOf(int burst, int beat) => ((int)(addresses[burst] % DramTiming.ColumnBytes) + beat * PortSettings.BeatBytes) / DramTiming.ColumnBytes;

    /// <summary>When a column of a burst reached the port; far away while it has not.</summary>
    protected long ArrivalClockOf(int burst, int column) => arrivalClocks[burst * MostColumns + column];
}
