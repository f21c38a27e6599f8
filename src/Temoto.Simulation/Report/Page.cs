namespace Temoto.Simulation.Report;

/// <summary>A report that is being written: its markup, its language, and the pieces that all sections share.</summary>
internal sealed class Page(Markup markup, Texts texts, ReportSettings settings)
{
    public Markup Markup { get; } = markup;

    public Texts Texts { get; } = texts;

    public ReportSettings Settings { get; } = settings;

    /// <summary>The word that says what kind of number stands before it.</summary>
    public void Label(NumberLabel label) =>
        Markup.Text(" ").Element("span", Texts.Name(label), ("class", "label " + label.ToString().ToLowerInvariant()));

    /// <summary>A number with its unit and its label.</summary>
    public void Value(string number, string unit, NumberLabel label)
    {
        Markup.Open("span", ("class", "number")).Text(number);
        if (unit.Length > 0)
            Markup.Text(" ").Element("span", unit, ("class", "unit"));
        Markup.Close();
        Label(label);
    }

    /// <summary>Text that a file wrote: it stays in its own language.</summary>
    public void Data(string text, string element = "span", string? style = null) => Markup.Element(element, text, ("lang", Texts.IsJapanese ? "en" : null), ("class", style));

    public void Heading(int level, string text, string? note = null, params ReadOnlySpan<NumberLabel> labels)
    {
        Markup.Open("h" + (char)('0' + level)).Text(text);
        foreach (var label in labels)
            Label(label);
        Markup.Close();
        if (note is not null)
            Markup.Element("p", note, ("class", "note"));
    }

    /// <summary>A chart's frame with its heading; the caller closes it.</summary>
    public void OpenFigure(string title, string? note, params ReadOnlySpan<NumberLabel> labels)
    {
        Markup.Line().Open("figure", ("class", "card"));
        Heading(4, title, note, labels);
    }

    /// <summary>Colours with their words.</summary>
    public void Legend(params ReadOnlySpan<(string Style, string Name)> items)
    {
        Markup.Open("ul", ("class", "legend"));
        foreach (var (style, name) in items)
            Markup.Open("li").Element("span", "", ("class", "swatch " + style)).Text(name).Close();
        Markup.Close();
    }
}
