using static Temoto.Jinja.Filters.NumberFilters;
using static Temoto.Jinja.Filters.SequenceFilters;
using static Temoto.Jinja.Filters.TextFilters;

namespace Temoto.Jinja.Filters;

internal delegate JinjaValue JinjaFilter(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments);

/// <summary>The filters of Jinja that make sense in a chat template: <c>value | name(arguments)</c>.</summary>
internal static class JinjaFilters
{
    public static readonly IReadOnlyDictionary<string, JinjaFilter> All = new Dictionary<string, JinjaFilter>
    {
        ["abs"] = (_, v, a) => Abs(v, a),
        ["attr"] = Attribute,
        ["batch"] = Batch,
        ["capitalize"] = (e, v, a) => MapText(e, v, a, PythonText.Capitalize),
        ["center"] = (e, v, a) =>
        {
            var width = a.Bind("width")[0];
            var text = Text(e, v);
            return text.With(StringMethods.Center(text.Text, width is null ? 80 : StringMethods.IntegerOf(width), ' ', e.Budget));
        },
        ["count"] = Length,
        ["d"] = Default,
        ["default"] = Default,
        ["dictsort"] = DictSort,
        ["e"] = Escape,
        ["escape"] = Escape,
        ["first"] = (e, v, a) => First(e, v, a),
        ["float"] = Float,
        ["forceescape"] = (e, v, a) => new JinjaString(PythonText.EscapeHtml(Plain(e, v, a).Text, e.Budget), isMarkup: true),
        ["format"] = (e, v, a) => Format(e, v, a),
        ["groupby"] = GroupBy,
        ["indent"] = Indent,
        ["int"] = Integer,
        ["items"] = (e, v, a) => Items(e, v, a),
        ["join"] = Join,
        ["last"] = (e, v, a) => Last(e, v, a),
        ["length"] = Length,
        ["list"] = (e, v, a) => List(e, v, a),
        ["lower"] = (e, v, a) => MapText(e, v, a, PythonText.Lower),
        ["map"] = Map,
        ["max"] = (e, v, a) => Extreme(e, v, a, largest: true),
        ["min"] = (e, v, a) => Extreme(e, v, a, largest: false),
        ["reject"] = (e, v, a) => Select(e, v, a, byAttribute: false, wanted: false),
        ["rejectattr"] = (e, v, a) => Select(e, v, a, byAttribute: true, wanted: false),
        ["replace"] = Replace,
        ["reverse"] = (e, v, a) => Reverse(e, v, a),
        ["round"] = Round,
        ["safe"] = (e, v, a) => new JinjaString(Plain(e, v, a).Text, isMarkup: true),
        ["select"] = (e, v, a) => Select(e, v, a, byAttribute: false, wanted: true),
        ["selectattr"] = (e, v, a) => Select(e, v, a, byAttribute: true, wanted: true),
        ["slice"] = SliceInto,
        ["sort"] = Sort,
        ["string"] = Plain,
        ["sum"] = Sum,
        ["title"] = (e, v, a) => MapText(e, v, a, Title),
        ["tojson"] = ToJson,
        ["trim"] = Trim,
        ["unique"] = Unique,
        ["upper"] = (e, v, a) => MapText(e, v, a, PythonText.Upper),
        ["wordcount"] = (e, v, a) => WordCount(e, v, a),
    };

    /// <summary>Applies a filter by name; an unknown one is an error only when it is reached, as in Jinja.</summary>
    public static JinjaValue Apply(JinjaEvaluator evaluator, string name, JinjaValue value, JinjaArguments arguments)
    {
        if (!All.TryGetValue(name, out var filter))
            throw new JinjaException($"the filter '{name}'", "one of " + string.Join(", ", All.Keys.Order()));
        return filter(evaluator, value, arguments);
    }

    private static JinjaValue Default(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("default_value", "boolean");
        return value is JinjaUndefined || (!value.IsTrue && (bound[1]?.IsTrue ?? false)) ? bound[0] ?? "" : value;
    }
}
