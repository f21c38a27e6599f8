namespace Temoto.Simulation.Report.Sections;

/// <summary>The simulated boards above what others have published.</summary>
internal static class PublishedSection
{
    public static void Write(Page page, IReadOnlyList<Headline> boards)
    {
        var texts = page.Texts;
        page.Heading(2, texts[Phrase.PublishedSystems], texts[Phrase.PublishedNote]);
        ReportTable.Write(
            page,
            "stack card",
            [
                new(texts[Phrase.System]), new(texts[Phrase.Device]), new(texts[Phrase.Model]), new(texts[Phrase.PrefillSpeed], IsNumber: true), new(texts[Phrase.DecodeSpeed], IsNumber: true),
                new(texts[Phrase.Watts], IsNumber: true), new(texts[Phrase.Source]),
            ],
            boards.Select(board => Simulated(texts, board)).Concat(page.Settings.Published.Select(system => Published(texts, system))));
    }

    private static IReadOnlyList<ReportCell> Simulated(Texts texts, Headline board) =>
    [
        new("Temoto"),
        ReportCell.Data(board.Board.Name),
        ReportCell.Data(board.Simulation.Model),
        Speed(board.Prompt?.TokensPerSecond, NumberLabel.Simulated, Digits.Of),
        Speed(board.Token?.TokensPerSecond, NumberLabel.Simulated, Digits.Of),
        Speed(board.Watts, NumberLabel.Simulated, Digits.Of),
        new(texts[Phrase.ThisReport]),
    ];

    private static IReadOnlyList<ReportCell> Published(Texts texts, PublishedSystem system) =>
    [
        ReportCell.Data(system.System),
        ReportCell.Data(system.Device),
        ReportCell.Data(system.Model),
        Speed(system.PrefillTokensPerSecond, NumberLabel.Published, Digits.AsStated),
        Speed(system.DecodeTokensPerSecond, NumberLabel.Published, value => system.IsAbout ? texts.Format(Phrase.About, Digits.AsStated(value)) : Digits.AsStated(value)),
        Speed(system.Watts, NumberLabel.Published, value => system.WattsAreLimit ? texts.Format(Phrase.Under, Digits.AsStated(value)) : Digits.AsStated(value)),
        ReportCell.Data(system.Source) with { Hint = texts.IsJapanese ? system.NoteJapanese : system.Note },
    ];

    private static ReportCell Speed(double? value, NumberLabel label, Func<double, string> text) => value is { } known ? ReportCell.Number(text(known), label) : new("–");
}
