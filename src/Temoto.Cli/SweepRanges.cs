using System.Globalization;

namespace Temoto.Cli;

/// <summary>What <c>--sweep</c> goes through: "pe=14..96,bandwidth-gbps=1..51", with ":2" behind a range for its step.</summary>
/// <param name="Elements">Null where processing elements stay as they are.</param>
internal sealed record SweepRanges(IReadOnlyList<int?>? Elements, IReadOnlyList<double> BandwidthsGbps)
{
    private const string Expected = "ranges such as pe=14..96,bandwidth-gbps=1..51, or pe=14..96:2 with a step";
    private const int MostSteps = 1000;

    /// <exception cref="InputException">Not of that form, or a range without an end in reach.</exception>
    public static SweepRanges Parse(string text)
    {
        IReadOnlyList<int?>? elements = null;
        IReadOnlyList<double>? bandwidths = null;
        foreach (var part in text.Split(','))
        {
            var (key, range) = part.Split('=') is [var name, var values] ? (name, values) : throw Wrong(part);
            switch (key)
            {
                case "pe" when elements is null:
                    elements = [.. Range(range, 2, 1 << 20).Select(value => (int?)Math.Round(value))];
                    break;
                case "bandwidth-gbps" when bandwidths is null:
                    bandwidths = [.. Range(range, 0.001, 1e6)];
                    break;
                default:
                    throw Wrong(part);
            }
        }
        return new SweepRanges(elements, bandwidths ?? throw new InputException("--sweep", null, $"'{text}' without bandwidth-gbps", Expected, "add bandwidth-gbps=1..51"));
    }

    private static IEnumerable<double> Range(string text, double least, double most)
    {
        var (ends, stepText) = text.Split(':') switch { [var alone] => (alone, "1"), [var both, var own] => (both, own), _ => throw Wrong(text) };
        var (from, to) = ends.Split("..") switch { [var one] => (Number(one), Number(one)), [var first, var last] => (Number(first), Number(last)), _ => throw Wrong(text) };
        var step = Number(stepText);
        if (from < least || to > most || to < from || step <= 0 || (to - from) / step > MostSteps)
            throw new InputException("--sweep", null, $"'{text}'", string.Create(CultureInfo.InvariantCulture, $"a rising range from {least} to {most} of at most {MostSteps} steps"), "choose other ends, or a larger step");
        for (var index = 0; from + index * step <= to * (1 + 1e-12); index++)
            yield return from + index * step;
    }

    private static double Number(string text) => StrictNumber.TryRead<double>(text, out var value) ? value : throw Wrong(text);

    private static InputException Wrong(string part) => new("--sweep", null, $"'{part}'", Expected, "see temoto simulate --help");
}
