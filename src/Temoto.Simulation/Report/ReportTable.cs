namespace Temoto.Simulation.Report;

/// <summary>A cell of a table.</summary>
/// <param name="Label">Of a number; null for words.</param>
/// <param name="IsData">Text of a file, in the language of that file.</param>
internal sealed record ReportCell(string Text, NumberLabel? Label = null, bool IsNumber = false, bool IsData = false)
{
    /// <summary>A second line, in small type.</summary>
    public string? Hint { get; init; }

    public static ReportCell Number(string text, NumberLabel label) => new(text, label, IsNumber: true);

    public static ReportCell Data(string text) => new(text, IsData: true);
}

/// <summary>A column's heading, with a label where all its numbers have the same.</summary>
internal sealed record ReportColumn(string Text, NumberLabel? Label = null, bool IsNumber = false)
{
    /// <summary>A column of numbers that all have the same label.</summary>
    public static ReportColumn Numbers(Texts texts, Phrase phrase, NumberLabel label) => new(texts[phrase], label, IsNumber: true);
}

/// <summary>Tables that stay readable on a phone: wide ones scroll in their frame, long ones become a list of cards.</summary>
internal static class ReportTable
{
    /// <param name="style">"stack" for cards on a phone, "scroll" for a frame that scrolls.</param>
    public static void Write(Page page, string style, IReadOnlyList<ReportColumn> columns, IEnumerable<IReadOnlyList<ReportCell>> rows)
    {
        var markup = page.Markup;
        markup.Line().Open("div", ("class", "table " + style)).Open("table").Open("thead").Open("tr");
        foreach (var column in columns)
        {
            markup.Open("th", ("scope", "col"), ("class", column.IsNumber ? "n" : null)).Text(column.Text);
            if (column.Label is { } label)
                page.Label(label);
            markup.Close();
        }
        markup.Close().Close().Open("tbody");
        foreach (var row in rows)
        {
            markup.Line().Open("tr");
            for (var i = 0; i < row.Count; i++)
                Write(page, columns[i], row[i], isFirst: i == 0);
            markup.Close();
        }
        markup.Close().Close().Close().Line();
    }

    private static void Write(Page page, ReportColumn column, ReportCell cell, bool isFirst)
    {
        var lang = cell.IsData && page.Texts.IsJapanese ? "en" : null;
        page.Markup.Open(isFirst ? "th" : "td", ("scope", isFirst ? "row" : null), ("class", cell.IsNumber || column.IsNumber ? "n" : null), ("data-label", column.Text));
        page.Markup.Open("span", ("class", "cell")).Element("span", cell.Text, ("lang", lang), ("class", cell.IsNumber ? "number" : null));
        if (cell.Label is { } label)
            page.Label(label);
        if (cell.Hint is { } hint)
            page.Markup.Element("span", hint, ("class", "hint"));
        page.Markup.Close().Close();
    }
}
