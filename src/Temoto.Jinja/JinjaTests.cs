using Temoto.Jinja.Filters;

namespace Temoto.Jinja;

internal delegate bool JinjaTest(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments);

/// <summary>Jinja's tests: <c>value is name(argument)</c>.</summary>
internal static class JinjaTests
{
    public static readonly IReadOnlyDictionary<string, JinjaTest> All = Create();

    /// <summary>Applies a test by name; an unknown one is an error only when it is reached, as in Jinja.</summary>
    public static bool Apply(JinjaEvaluator evaluator, string name, JinjaValue value, JinjaArguments arguments)
    {
        if (!All.TryGetValue(name, out var test))
            throw new JinjaException($"the test '{name}'", "one of " + string.Join(", ", All.Keys.Order()));
        return test(evaluator, value, arguments);
    }

    private static Dictionary<string, JinjaTest> Create()
    {
        var tests = new Dictionary<string, JinjaTest>
        {
            ["boolean"] = Plain(value => value is JinjaBoolean),
            ["callable"] = Plain(value => value is JinjaCallable or JinjaUndefined),
            ["defined"] = Plain(value => value is not JinjaUndefined),
            ["divisibleby"] = (e, value, a) => JinjaOperators.Binary("%", value, a.Bind(1, "num")[0]!, e.Budget) is var rest && !rest.IsTrue,
            ["escaped"] = Plain(value => value is JinjaString { IsMarkup: true }),
            ["even"] = (e, value, a) => IsRest(e, value, a, 0),
            ["false"] = Plain(value => value == JinjaBoolean.False),
            ["filter"] = Plain(value => value is JinjaString { Length: < 100 } name && JinjaFilters.All.ContainsKey(name.Text)),
            ["float"] = Plain(value => value is JinjaFloat),
            ["integer"] = Plain(value => value is JinjaInteger),
            ["iterable"] = Plain(value => value is JinjaUndefined or JinjaString or JinjaSequence or JinjaMapping),
            ["lower"] = (e, value, a) => IsCased(e, value, a, upper: false),
            ["mapping"] = Plain(value => value is JinjaMapping),
            ["none"] = Plain(value => value is JinjaNone),
            ["number"] = Plain(value => value is JinjaInteger or JinjaFloat or JinjaBoolean),
            ["odd"] = (e, value, a) => IsRest(e, value, a, 1),
            ["sameas"] = (e, value, a) => IsSame(e, value, a.Bind(1, "other")[0]!),
            ["sequence"] = Plain(value => value is JinjaUndefined or JinjaString or JinjaMapping or JinjaSequence { HasIndex: true }),
            ["string"] = Plain(value => value is JinjaString),
            ["test"] = Plain(value => value is JinjaString { Length: < 100 } name && All.ContainsKey(name.Text)),
            ["true"] = Plain(value => value == JinjaBoolean.True),
            ["undefined"] = Plain(value => value is JinjaUndefined),
            ["upper"] = (e, value, a) => IsCased(e, value, a, upper: true),
        };
        foreach (var (symbol, names) in new (string, string[])[]
        {
            ("==", ["==", "eq", "equalto"]), ("!=", ["!=", "ne"]), (">", [">", "gt", "greaterthan"]), (">=", [">=", "ge"]),
            ("<", ["<", "lt", "lessthan"]), ("<=", ["<=", "le"]), ("in", ["in"]),
        })
        {
            foreach (var name in names)
                tests[name] = (e, value, a) => JinjaOperators.Compare(symbol, value, a.Bind(1, "other")[0]!, e.Budget);
        }
        return tests;
    }

    private static JinjaTest Plain(Func<JinjaValue, bool> test) => (_, value, arguments) =>
    {
        arguments.Bind();
        return test(value);
    };

    private static bool IsCased(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments, bool upper)
    {
        arguments.Bind();
        evaluator.Budget.Step(value.Weight);
        return StringMethods.IsCased(PythonText.Str(value, evaluator.Budget), upper);
    }

    private static bool IsRest(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments, long rest)
    {
        arguments.Bind();
        if (value is JinjaString)
            throw new JinjaException("odd or even of str", "a number");
        return JinjaOperators.AreEqual(JinjaOperators.Binary("%", value, 2, evaluator.Budget), rest);
    }

    /// <summary>Python's <c>is</c>: one None, one True, one False; small equal integers and strings are usually one object too.</summary>
    private static bool IsSame(JinjaEvaluator evaluator, JinjaValue left, JinjaValue right) =>
        ReferenceEquals(left, right)
        || ((left, right) is (JinjaString, JinjaString) or (JinjaInteger, JinjaInteger) && JinjaOperators.AreEqual(left, right, evaluator.Budget));
}
