namespace Temoto.Simulation.Report.Charts;

/// <summary>How wide text of a sans-serif font is at most, about: charts are laid out without a browser.</summary>
internal static class TextWidth
{
    public static double Of(string text, double fontSize)
    {
        var ems = 0.0;
        foreach (var rune in text.EnumerateRunes())
            ems += Ems(rune.Value);
        return ems * fontSize;
    }

    /// <summary>As much of a text as fits, with an ellipsis where some is missing.</summary>
    public static string Fitted(string text, double fontSize, double width)
    {
        if (Of(text, fontSize) <= width)
            return text;
        var kept = new System.Text.StringBuilder();
        var left = width - fontSize;
        foreach (var rune in text.EnumerateRunes())
        {
            left -= Ems(rune.Value) * fontSize;
            if (left < 0)
                break;
            kept.Append(rune.ToString());
        }
        return kept.Append('…').ToString();
    }

    private static double Ems(int rune) => rune switch
    {
        'm' or 'w' or 'M' or 'W' or '%' or '@' => 0.95,
        'i' or 'j' or 'l' or 't' or 'f' or 'r' or '.' or ',' or ' ' or '\'' or ':' or 'I' => 0.38,
        >= 'A' and <= 'Z' or '+' or '_' => 0.72,
        < 0x1100 => 0.62,
        _ => 1.02,
    };
}
