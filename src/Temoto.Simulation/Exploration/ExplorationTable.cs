using System.Globalization;
using System.Text;

namespace Temoto.Simulation.Exploration;

/// <summary>An exploration as text.</summary>
internal static class ExplorationTable
{
    /// <param name="mostRows">Of the front; the best design is shown in any case.</param>
    public static string Of(Exploration exploration, int mostRows)
    {
        var text = new StringBuilder();
        var settings = exploration.Settings;
        Line($"{exploration.Model} on {exploration.Board}, {exploration.Device.Name}: decode with {settings.ContextTokens} tokens in the cache, prompts of {settings.PromptTokens}");
        Line($"{exploration.Combinations} designs, {exploration.Designs.Count} fit{Dropped(exploration)}; {exploration.Front.Count} of them are dominated by no other");
        Line($"speed and power are simulated, resources computed from counts of blocks without place and route");
        Line($"");
        Line($"  ports lanes  MHz    KiB     LUT   DSP BRAM36 URAM  LUT %  DSP %   decode t/s  prefill t/s      W  J/token  bound by");
        foreach (var design in exploration.Front.Take(mostRows))
            Line(Row(design, exploration));
        if (exploration.Front.Count > mostRows)
            Line($"  and {exploration.Front.Count - mostRows} more");
        Line($"");
        Line($"best: {exploration.Best.Parameters}");
        Line(Row(exploration.Best, exploration));
        Line($"why: {exploration.Reason}");
        Line($"limit: {exploration.Limit}");
        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Dropped(Exploration exploration) => exploration.Dropped.Count == 0
        ? ""
        : FormattableString.Invariant($", {exploration.Combinations - exploration.Designs.Count} do not ({string.Join(", ", exploration.Dropped.Select(item => $"{item.Count} for {item.Resource}"))})");

    private static FormattableString Row(ExploredDesign design, Exploration exploration)
    {
        var (parameters, use, device) = (design.Parameters, design.Resources, exploration.Device.All);
        return $"{(design == exploration.Best ? '*' : ' ')} {parameters.Ports,5} {parameters.Lanes,5} {parameters.ClockHz / 1e6,4:0} {parameters.BufferBytes / 1024,6} {use.Lut,7} {use.Dsp,5} {use.Bram36,6} {use.Uram,4} {100.0 * use.Lut / device.Lut,6:0.0} {100.0 * use.Dsp / device.Dsp,6:0.0} {design.Decode.TokensPerSecond,12:0.0} {design.Prefill.TokensPerSecond,12:0.0} {design.Watts,6:0.00} {design.Decode.JoulesPerToken,8:0.000}  {design.Decode.BoundBy}, {design.Prefill.BoundBy}";
    }
}
