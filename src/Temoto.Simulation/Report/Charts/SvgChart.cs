using System.Globalization;

namespace Temoto.Simulation.Report.Charts;

/// <summary>
/// A drawing that scales to the width it is given: 360 units wide, about as many pixels as a phone has, so that text of 12 units stays readable there. Colours are classes of the style sheet.
/// </summary>
internal sealed class SvgChart
{
    /// <summary>Units from left to right.</summary>
    public const double Width = 360;

    /// <summary>Units of text.</summary>
    public const double FontSize = 12;

    private readonly Markup markup;

    /// <summary>Begins a drawing; <see cref="End"/> ends it.</summary>
    /// <param name="description">For those who do not see it.</param>
    public SvgChart(Markup markup, double height, string kind, string title, string description)
    {
        this.markup = markup;
        markup.Open("svg", ("xmlns", "http://www.w3.org/2000/svg"), ("class", "chart " + kind), ("viewBox", $"0 0 {N(Width)} {N(height)}"), ("role", "img"));
        markup.Element("title", title).Element("desc", description);
    }

    public void End() => markup.Close().Line();

    public void Text(double x, double y, string text, string? style = null, string? anchor = null, double size = FontSize) =>
        markup.Element("text", text, ("x", N(x)), ("y", N(y)), ("class", style), ("text-anchor", anchor), ("font-size", N(size)));

    /// <param name="title">Shown under the pointer.</param>
    /// <param name="value">What the rectangle stands for, with all digits.</param>
    public void Rectangle(double x, double y, double width, double height, string style, string? title = null, double? value = null, double radius = 0)
    {
        markup.Open("rect", ("x", N(x)), ("y", N(y)), ("width", N(width)), ("height", N(height)), ("rx", radius > 0 ? N(radius) : null), ("class", style), ("data-value", value is { } exact ? Digits.Exact(exact) : null));
        Titled(title);
    }

    public void Line(double x1, double y1, double x2, double y2, string style) => markup.Empty("line", ("x1", N(x1)), ("y1", N(y1)), ("x2", N(x2)), ("y2", N(y2)), ("class", style));

    public void Polyline(IEnumerable<(double X, double Y)> points, string style) =>
        markup.Empty("polyline", ("points", string.Join(' ', points.Select(point => $"{N(point.X)},{N(point.Y)}"))), ("class", style));

    public void Circle(double x, double y, double radius, string style, string? title = null)
    {
        markup.Open("circle", ("cx", N(x)), ("cy", N(y)), ("r", N(radius)), ("class", style));
        Titled(title);
    }

    private void Titled(string? title)
    {
        if (title is not null)
            markup.Element("title", title);
        markup.Close();
    }

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
