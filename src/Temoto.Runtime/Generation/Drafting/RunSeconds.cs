namespace Temoto.Generation.Drafting;

/// <summary>
/// What a decode run of one row, of two, ... takes on this machine with this model, from the runs that were made. What is not known is taken from what is, and what was not measured for long
/// drifts there: so every size that could pay is tried, and tried again. Decides how fast a text comes, never what it says.
/// </summary>
internal sealed class RunSeconds
{
    /// <summary>Weight of a new time. A faster one counts at once: what makes a run slower than it need be is other work.</summary>
    private const double Slower = 1.0 / 16;

    /// <summary>What another row adds, as a share of a run of one row, as long as nothing is known. Assumed.</summary>
    private const double AssumedShare = 0.3;

    /// <summary>How fast a size that is not run is forgotten.</summary>
    private const double Forgetting = 1.0 / 256;

    private readonly double[] seconds;
    private readonly bool[] touched;

    public RunSeconds(int mostRows)
    {
        seconds = new double[mostRows + 1];
        touched = new bool[mostRows + 1];
    }

    public int MostRows => seconds.Length - 1;

    /// <summary>A run has ended. The first of a size does not count: it touches memory and code for the first time.</summary>
    public void Add(int rows, double elapsed)
    {
        if (!touched[rows])
        {
            touched[rows] = true;
            return;
        }
        seconds[rows] = seconds[rows] == 0 || elapsed < seconds[rows] ? elapsed : seconds[rows] + Slower * (elapsed - seconds[rows]);
        for (var other = 2; other < seconds.Length && seconds[1] > 0; other++)
        {
            if (other != rows && seconds[other] > 0)
                seconds[other] += Forgetting * (FromFewer(other) - seconds[other]);
        }
    }

    /// <summary>0 as long as nothing is known of one row.</summary>
    public double Of(int rows) => seconds[1] == 0 ? 0 : seconds[rows] > 0 ? seconds[rows] : FromFewer(rows);

    /// <summary>As far above the next smaller size that is known as that is above one row, for each row more.</summary>
    private double FromFewer(int rows)
    {
        var known = rows - 1;
        while (known > 1 && seconds[known] == 0)
            known--;
        var each = known == 1 ? AssumedShare * seconds[1] : (seconds[known] - seconds[1]) / (known - 1);
        return seconds[known] + (rows - known) * each;
    }
}
