using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>Which figures of a board that prices rest on have the same evidence.</summary>
/// <param name="Figures">"memory", "launch", "overlap" and kinds of work, each once.</param>
/// <param name="Sources">Where they come from, each once.</param>
internal sealed record BoardEvidence(Evidence Evidence, Items<string> Figures, Items<string> Sources)
{
    /// <summary>The strongest evidence first. A kind of work has the weakest that one of its units has.</summary>
    public static IReadOnlyList<BoardEvidence> Of(Board board)
    {
        var figures = board.Memories.Select(memory => (Name: "memory", Figure: memory.BytesPerSecond))
            .Concat(board.Devices.Select(device => (Name: "launch", Figure: device.LaunchSeconds)))
            .Concat(board.Units.SelectMany(unit => unit.RateFigures.Select(figure => (Name: unit.Work.ToString().ToLowerInvariant(), Figure: figure))))
            .Concat(board.Units.Select(unit => unit.Overlap).OfType<Figure>().Select(figure => (Name: "overlap", Figure: figure)));
        var weakest = figures.GroupBy(item => item.Name).Select(group => (
            Name: group.Key,
            Evidence: group.Max(item => item.Figure.Evidence),
            Figures: group.Select(item => item.Figure).ToList()));
        return [.. weakest.GroupBy(item => item.Evidence).OrderBy(group => group.Key).Select(group => new BoardEvidence(
            group.Key,
            [.. group.Select(item => item.Name)],
            [.. group.SelectMany(item => item.Figures).Where(figure => figure.Evidence == group.Key).Select(figure => figure.Source).Distinct()]))];
    }

    /// <summary>"measured: memory, launch (temoto bench --calibrate)".</summary>
    public override string ToString() => $"{Evidence.ToString().ToLowerInvariant()}: {string.Join(", ", Figures)} ({string.Join("; ", Sources)})";
}
