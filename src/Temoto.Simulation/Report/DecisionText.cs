using System.Globalization;
using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report;

/// <summary>A decision as a line of text.</summary>
internal static class DecisionText
{
    public static string Of(Decision decision, Texts texts)
    {
        var gbps = decision.BandwidthGbps.ToString("0.###", CultureInfo.InvariantCulture);
        var what = decision.Position is { } position
            ? texts.Format(Phrase.DecidedForToken, position, gbps)
            : texts.Format(Phrase.DecidedForPrompt, decision.Tokens, gbps);
        return what + (texts.IsJapanese ? "：" : ": ") + string.Join(texts.IsJapanese ? "；" : "; ", decision.Ways.Select(way => Of(way, texts)));
    }

    private static string Of(ComparedWay way, Texts texts)
    {
        var candidate = way.Candidate;
        var parts = new List<string> { candidate.Dataflow.ToString().ToLowerInvariant() };
        if (candidate.OnlyDevice is { } device)
            parts.Add(texts.Format(Phrase.DeviceAlone, device));
        if (candidate.Packed is { } packed)
            parts.Add(texts[packed ? Phrase.WeightsPacked : Phrase.WeightsPlain]);
        if (candidate.RunTokens is { } tokens)
            parts.Add(texts.Format(Phrase.TokensARun, tokens));
        var milliseconds = (way.Seconds * 1e3).ToString("0.000", CultureInfo.InvariantCulture);
        parts.Add(way.Bytes is { } bytes
            ? texts.Format(Phrase.TimeAndBytes, milliseconds, (bytes / 1e6).ToString("0.000", CultureInfo.InvariantCulture))
            : texts.Format(Phrase.AtLeastTime, milliseconds));
        return string.Join(texts.IsJapanese ? "、" : ", ", parts);
    }
}
