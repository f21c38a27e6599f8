namespace Temoto.Jinja;

/// <summary>Something a template can call: a global function, a method bound to its value, a macro, a recursive loop.</summary>
internal abstract class JinjaCallable(string name) : JinjaValue
{
    public string Name { get; } = name;

    public override string TypeName => "function";

    public abstract JinjaValue Call(JinjaEvaluator evaluator, JinjaArguments arguments);
}

internal delegate JinjaValue JinjaBody(JinjaEvaluator evaluator, JinjaArguments arguments);

internal sealed class JinjaFunction(string name, JinjaBody body) : JinjaCallable(name)
{
    public override JinjaValue Call(JinjaEvaluator evaluator, JinjaArguments arguments) => body(evaluator, arguments);
}

/// <summary>A macro with the scope it was defined in.</summary>
internal sealed class JinjaMacro(MacroDefinition definition, JinjaScope scope) : JinjaCallable(definition.Name)
{
    public override string TypeName => "Macro";

    public override JinjaValue Call(JinjaEvaluator evaluator, JinjaArguments arguments) => evaluator.CallMacro(definition, scope, arguments);
}
