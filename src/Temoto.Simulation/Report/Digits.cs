using System.Globalization;

namespace Temoto.Simulation.Report;

/// <summary>Numbers with three significant digits and a unit of fitting size, the same in every culture.</summary>
internal static class Digits
{
    private static readonly (double Factor, string Prefix)[] Prefixes = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p")];

    /// <summary>Three significant digits, without an exponent where that stays short.</summary>
    public static string Of(double value)
    {
        if (!double.IsFinite(value))
            return "–";
        var size = Math.Abs(value);
        return size switch
        {
            0 => "0",
            >= 1e9 or < 1e-6 => value.ToString("0.##E+0", CultureInfo.InvariantCulture),
            >= 99.95 => value.ToString("#,0", CultureInfo.InvariantCulture),
            >= 9.995 => value.ToString("0.0", CultureInfo.InvariantCulture),
            >= 0.9995 => value.ToString("0.00", CultureInfo.InvariantCulture),
            _ => value.ToString("0." + new string('0', 2 - (int)Math.Floor(Math.Log10(size))), CultureInfo.InvariantCulture),
        };
    }

    /// <summary>As <see cref="Of"/>, without zeros at the end: for ticks and settings.</summary>
    public static string Short(double value)
    {
        var text = Of(value);
        return text.Contains('.', StringComparison.Ordinal) && !text.Contains('E', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary>With a prefix of the unit, e.g. "1.23 ms".</summary>
    public static string Si(double value, string unit) => $"{Scaled(value, out var prefix)} {prefix}{unit}";

    /// <summary>A tick, e.g. "10 G".</summary>
    public static string SiShort(double value, string unit)
    {
        var (factor, prefix) = Prefix(value);
        return $"{Short(value / factor)} {prefix}{unit}".TrimEnd();
    }

    /// <summary>All digits of a value, for whoever checks sums.</summary>
    public static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Percent(double share) => share is > 0 and < 0.01 ? "<1 %" : (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";

    public static string Usd(double value) => "$" + value switch
    {
        >= 100 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        >= 0.001 => value.ToString("0.00#", CultureInfo.InvariantCulture),
        _ => Of(value),
    };

    /// <summary>As it was published or set, to six decimals.</summary>
    public static string AsStated(double value) => value.ToString("#,0.######", CultureInfo.InvariantCulture);

    /// <summary>A figure of a board: prefixes for units that have them.</summary>
    public static string Figure(double value, string unit) => unit is "B" or "B/s" or "op/s" or "Hz" or "s" or "J/op" or "J/B"
        ? $"{AsStated(Rescaled(value, out var prefix))} {prefix}{unit}"
        : $"{AsStated(value)} {(unit == "1" ? "" : unit)}".TrimEnd();

    private static string Scaled(double value, out string prefix) => Of(Rescaled(value, out prefix));

    private static double Rescaled(double value, out string prefix)
    {
        (var factor, prefix) = Prefix(value);
        return value / factor;
    }

    private static (double Factor, string Prefix) Prefix(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return (1, "");
        // What rounds up to a thousand takes the larger unit.
        foreach (var item in Prefixes)
        {
            if (Math.Abs(value) >= 0.9995 * item.Factor)
                return item;
        }
        return Prefixes[^1];
    }
}
