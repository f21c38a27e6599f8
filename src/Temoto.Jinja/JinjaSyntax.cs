namespace Temoto.Jinja;

// The syntax tree of a template: data only. Lines are 1-based and say where an error happened.

internal abstract record JinjaStatement(int Line);

internal sealed record TextOutput(string Text, int Line) : JinjaStatement(Line);

internal sealed record ValueOutput(JinjaExpression Value, int Line) : JinjaStatement(Line);

/// <summary>if, elif, ..., else.</summary>
internal sealed record IfBlock(IReadOnlyList<(JinjaExpression Condition, IReadOnlyList<JinjaStatement> Body)> Branches, IReadOnlyList<JinjaStatement> Else, int Line)
    : JinjaStatement(Line);

/// <param name="Filter">The <c>if</c> of <c>for x in y if ..</c>.</param>
/// <param name="Else">Rendered when there was no item.</param>
internal sealed record ForBlock(
    JinjaExpression Target, JinjaExpression Source, JinjaExpression? Filter, bool IsRecursive,
    IReadOnlyList<JinjaStatement> Body, IReadOnlyList<JinjaStatement> Else, int Line) : JinjaStatement(Line);

internal sealed record SetStatement(JinjaExpression Target, JinjaExpression Value, int Line) : JinjaStatement(Line);

/// <summary><c>{% set x | filter %}text{% endset %}</c>.</summary>
internal sealed record SetBlock(JinjaExpression Target, IReadOnlyList<FilterCall> Filters, IReadOnlyList<JinjaStatement> Body, int Line) : JinjaStatement(Line);

/// <param name="Uses">Which of varargs, kwargs and caller the body names: only then are such arguments taken.</param>
internal sealed record MacroDefinition(
    string Name, IReadOnlyList<(string Name, JinjaExpression? Default)> Parameters, IReadOnlyList<JinjaStatement> Body, IReadOnlySet<string> Uses, int Line)
    : JinjaStatement(Line);

/// <summary><c>{% call macro(..) %}text{% endcall %}</c>: the text becomes the macro's <c>caller</c>.</summary>
internal sealed record CallBlock(CallExpression Call, MacroDefinition Caller, int Line) : JinjaStatement(Line);

internal sealed record FilterBlock(IReadOnlyList<FilterCall> Filters, IReadOnlyList<JinjaStatement> Body, int Line) : JinjaStatement(Line);

/// <summary><c>{% with %}</c>, and <c>{% generation %}</c> with nothing assigned.</summary>
internal sealed record ScopeBlock(IReadOnlyList<(JinjaExpression Target, JinjaExpression Value)> Assignments, IReadOnlyList<JinjaStatement> Body, int Line)
    : JinjaStatement(Line);

internal sealed record BreakStatement(int Line) : JinjaStatement(Line);

internal sealed record ContinueStatement(int Line) : JinjaStatement(Line);

internal abstract record JinjaExpression(int Line);

internal sealed record LiteralExpression(JinjaValue Value, int Line) : JinjaExpression(Line);

internal sealed record NameExpression(string Name, int Line) : JinjaExpression(Line);

/// <param name="IsTuple">Also a target that unpacks: <c>for k, v in ..</c>.</param>
internal sealed record ListExpression(IReadOnlyList<JinjaExpression> Items, bool IsTuple, int Line) : JinjaExpression(Line);

internal sealed record DictExpression(IReadOnlyList<(JinjaExpression Key, JinjaExpression Value)> Entries, int Line) : JinjaExpression(Line);

/// <summary><c>a.b</c>: methods before keys.</summary>
internal sealed record AttributeExpression(JinjaExpression Target, string Name, int Line) : JinjaExpression(Line);

/// <summary><c>a[b]</c>: keys before methods.</summary>
internal sealed record ItemExpression(JinjaExpression Target, JinjaExpression Key, int Line) : JinjaExpression(Line);

internal sealed record SliceExpression(JinjaExpression Target, JinjaExpression? Start, JinjaExpression? Stop, JinjaExpression? Step, int Line) : JinjaExpression(Line);

internal sealed record CallExpression(JinjaExpression Target, ArgumentList Arguments, int Line) : JinjaExpression(Line);

internal sealed record FilterExpression(JinjaExpression Target, FilterCall Filter, int Line) : JinjaExpression(Line);

internal sealed record TestExpression(JinjaExpression Target, string Name, ArgumentList Arguments, bool IsNegated, int Line) : JinjaExpression(Line);

/// <summary>+, - or not.</summary>
internal sealed record UnaryExpression(string Operator, JinjaExpression Operand, int Line) : JinjaExpression(Line);

/// <summary>Arithmetic, and the short-circuiting and, or.</summary>
internal sealed record BinaryExpression(string Operator, JinjaExpression Left, JinjaExpression Right, int Line) : JinjaExpression(Line);

/// <summary><c>a &lt; b &lt;= c</c>: each neighbouring pair is compared, each operand evaluated once.</summary>
internal sealed record CompareExpression(JinjaExpression First, IReadOnlyList<(string Operator, JinjaExpression Right)> Rest, int Line) : JinjaExpression(Line);

internal sealed record ConcatExpression(IReadOnlyList<JinjaExpression> Parts, int Line) : JinjaExpression(Line);

/// <summary><c>a if c else b</c>; without else the rest is undefined.</summary>
internal sealed record ConditionalExpression(JinjaExpression Condition, JinjaExpression Then, JinjaExpression? Else, int Line) : JinjaExpression(Line);

internal sealed record FilterCall(string Name, ArgumentList Arguments, int Line);

/// <param name="Spread"><c>*args</c>.</param>
/// <param name="NamedSpread"><c>**kwargs</c>.</param>
internal sealed record ArgumentList(
    IReadOnlyList<JinjaExpression> Positional, IReadOnlyList<(string Name, JinjaExpression Value)> Named, JinjaExpression? Spread, JinjaExpression? NamedSpread)
{
    public static readonly ArgumentList Empty = new([], [], null, null);
}
