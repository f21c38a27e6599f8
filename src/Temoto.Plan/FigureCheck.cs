namespace Temoto.Plans;

/// <summary>What any file of figures is held to: the unit that is expected, a value in reach, a source.</summary>
internal static class FigureCheck
{
    public static void Number(Figure figure, string place, string unit, double least, double most)
    {
        if (figure.Unit != unit)
            throw Wrong($"{place}.unit", $"'{figure.Unit}'", $"'{unit}'");
        if (!(figure.Value >= least && figure.Value <= most))
            throw Wrong($"{place}.value", FormattableString.Invariant($"{figure.Value:R}"), FormattableString.Invariant($"{least:R} to {most:R}"));
        Text(figure.Source, $"{place}.source");
    }

    public static void Whole(Figure figure, string place, string unit, double least, double most)
    {
        Number(figure, place, unit, least, most);
        if (figure.Value != Math.Floor(figure.Value))
            throw Wrong($"{place}.value", FormattableString.Invariant($"{figure.Value:R}"), "a whole number");
    }

    public static void Optional(Figure? figure, string place, string unit, double least, double most)
    {
        if (figure is not null)
            Number(figure, place, unit, least, most);
    }

    public static void Text(string? text, string place)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw Wrong(place, "nothing", "a text");
    }

    /// <summary>"place: found ..., expected ...".</summary>
    public static FormatException Wrong(string place, string found, string expected) => new($"{place}: found {found}, expected {expected}");
}
