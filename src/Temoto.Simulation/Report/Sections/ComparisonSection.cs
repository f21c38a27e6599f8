using Temoto.Plans;

namespace Temoto.Simulation.Report.Sections;

/// <summary>Boards side by side, a question a row; the host, where there is one, as the last of them.</summary>
internal static class ComparisonSection
{
    public static void Write(Page page, IReadOnlyList<Headline> boards)
    {
        var markup = page.Markup;
        markup.Line().Open("div", ("class", "table scroll compare card")).Open("table").Open("thead").Open("tr").Element("td", "");
        foreach (var board in boards)
            WriteName(page, board);
        markup.Close().Close().Open("tbody");
        Row(page, Phrase.Speed, boards, WriteSpeed);
        Row(page, Phrase.FirstToken, boards, WriteFirstToken);
        Row(page, Phrase.Power, boards, board => Value(page, board.Watts, "W"));
        Row(page, Phrase.EnergyPerToken, boards, board => Value(page, board.JoulesPerToken, "J"));
        Row(page, Phrase.Memory, boards, board => WriteMemory(page, board));
        Row(page, Phrase.Cost, boards, board => CostText.Write(page, board, withHost: false));
        Row(page, Phrase.BoundBy, boards, board => markup.Text((board.Token ?? board.Prompt) is { } phase ? page.Texts.BoundBy(phase.BoundBy) : "–"));
        Row(page, Phrase.Bandwidth, boards, board => WriteBandwidth(page, board));
        markup.Close().Close().Close();

        void WriteSpeed(Headline board)
        {
            Value(page, board.Token?.TokensPerSecond, page.Texts[Phrase.TokensPerSecond]);
            Verdict.WriteShort(page, board);
        }

        void WriteFirstToken(Headline board)
        {
            Value(page, board.Prompt?.Seconds, "s");
            if (board.Prompt is { } prompt)
                markup.Element("div", page.Texts.Format(Phrase.AfterPrompt, Digits.Short(prompt.Tokens)), ("class", "hint"));
        }
    }

    private static void WriteName(Page page, Headline board)
    {
        page.Markup.Open("th", ("scope", "col"));
        page.Data(board.Board.Name);
        page.Data(board.Simulation.Model, style: "hint");
        if (ReferenceEquals(board.Simulation, page.Settings.Host))
            page.Markup.Element("span", page.Texts[Phrase.Host], ("class", "hint"));
        page.Markup.Close();
    }

    private static void Row(Page page, Phrase name, IReadOnlyList<Headline> boards, Action<Headline> write)
    {
        page.Markup.Line().Open("tr").Element("th", page.Texts[name], ("scope", "row"));
        foreach (var board in boards)
        {
            page.Markup.Open("td");
            write(board);
            page.Markup.Close();
        }
        page.Markup.Close();
    }

    private static void Value(Page page, double? value, string unit)
    {
        if (value is not { } known)
        {
            page.Markup.Element("span", page.Texts[Phrase.NotStated], ("class", "none"));
            return;
        }
        // Seconds and joules take a prefix; tokens per second and watts do not.
        var text = unit is "s" or "J" ? Digits.Si(known, unit).Split(' ') : [Digits.Of(known), unit];
        page.Value(text[0], text[1], NumberLabel.Simulated);
    }

    private static void WriteMemory(Page page, Headline board)
    {
        var needed = Digits.Si(board.Simulation.NeededBytes, "B").Split(' ');
        var available = board.Board.Memory(MemoryLevel.External).Bytes;
        page.Value(needed[0], needed[1], NumberLabel.Computed);
        page.Markup.Open("div", ("class", "hint"));
        Verdict.WriteFits(page, board);
        page.Markup.Text(" " + page.Texts.Format(Phrase.OfAvailable, Digits.Si(available.Value, "B")));
        page.Label(NumberLabels.Of(available.Evidence));
        page.Markup.Close();
    }

    private static void WriteBandwidth(Page page, Headline board)
    {
        var gbps = (board.Token ?? board.Prompt)?.BandwidthGbps ?? Costing.BoardVariant.BandwidthGbps(board.Board);
        var own = board.Board.Memory(MemoryLevel.External).BytesPerSecond;
        var isOwn = gbps == Costing.BoardVariant.BandwidthGbps(board.Board);
        page.Value(Digits.Of(gbps), "Gbit/s", isOwn ? NumberLabels.Of(own.Evidence) : NumberLabel.Assumed);
    }
}
