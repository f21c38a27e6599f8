using System.Globalization;
using System.Text;

namespace Temoto.Server.Operations;

/// <summary>How often a value was at most so large: a Prometheus histogram.</summary>
/// <param name="bounds">Upper ends, ascending.</param>
internal sealed class Histogram(string name, string help, params double[] bounds)
{
    private readonly Lock gate = new();
    private readonly long[] counts = new long[bounds.Length + 1];
    private double sum;

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        lock (gate)
        {
            counts[bucket]++;
            sum += value;
        }
    }

    public void WriteTo(StringBuilder text)
    {
        lock (gate)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} histogram\n");
            long total = 0;
            for (var i = 0; i < bounds.Length; i++)
            {
                total += counts[i];
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{bounds[i]}\"}} {total}\n");
            }
            total += counts[^1];
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"+Inf\"}} {total}\n{name}_sum {sum}\n{name}_count {total}\n");
        }
    }
}
