using Temoto.Plans;

namespace Temoto.Simulation.Report;

/// <summary>What kind of number it is: each one in a report carries it.</summary>
internal enum NumberLabel
{
    Simulated,
    Computed,
    Measured,
    Published,
    Assumed,
}

/// <summary>Labels of figures that boards state.</summary>
internal static class NumberLabels
{
    public static NumberLabel Of(Evidence evidence) => evidence switch
    {
        Evidence.Measured => NumberLabel.Measured,
        Evidence.Published => NumberLabel.Published,
        Evidence.Computed => NumberLabel.Computed,
        _ => NumberLabel.Assumed,
    };
}
