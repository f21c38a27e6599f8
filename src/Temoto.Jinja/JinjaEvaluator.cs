using System.Runtime.CompilerServices;
using System.Text;
using Temoto.Jinja.Filters;

namespace Temoto.Jinja;

/// <summary>Renders a syntax tree by walking it. One evaluator serves one rendering.</summary>
internal sealed class JinjaEvaluator(JinjaBudget budget)
{
    private StringBuilder output = new();
    private int depth;

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    public JinjaBudget Budget { get; } = budget;

    /// <summary>Where the rendering is, for errors.</summary>
    public int CurrentLine { get; private set; }

    public string Render(IReadOnlyList<JinjaStatement> template, JinjaScope scope)
    {
        Run(template, scope);
        return output.ToString();
    }

    private void Enter(int line)
    {
        CurrentLine = line;
        Budget.Step();
        if (++depth > JinjaBudget.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaException("macros, blocks or expressions nested too deeply", $"at most {JinjaBudget.MaxDepth} levels");
    }

    private void Write(string text)
    {
        Budget.Characters(text.Length);
        output.Append(text);
    }

    /// <summary>What running <paramref name="body"/> writes, as a string.</summary>
    private string Capture(Action body)
    {
        var outside = output;
        output = new StringBuilder();
        body();
        var text = output.ToString();
        output = outside;
        return text;
    }

    // ---- Statements ----

    private Flow Run(IReadOnlyList<JinjaStatement> body, JinjaScope scope)
    {
        foreach (var statement in body)
        {
            Enter(statement.Line);
            var flow = Run(statement, scope);
            depth--;
            if (flow != Flow.Next)
                return flow;
        }
        return Flow.Next;
    }

    private Flow Run(JinjaStatement statement, JinjaScope scope)
    {
        switch (statement)
        {
            case TextOutput text:
                Write(text.Text);
                return Flow.Next;
            case ValueOutput value:
                Write(PythonText.Str(Evaluate(value.Value, scope), Budget));
                return Flow.Next;
            case IfBlock block:
                return RunIf(block, scope);
            case ForBlock block:
                RunFor(block, Evaluate(block.Source, scope), 0, scope);
                return Flow.Next;
            case SetStatement set:
                Assign(set.Target, Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case SetBlock block:
                RunSetBlock(block, scope);
                return Flow.Next;
            case MacroDefinition macro:
                scope.Set(macro.Name, new JinjaMacro(macro, scope));
                return Flow.Next;
            case CallBlock block:
                var callee = Evaluate(block.Call.Target, scope);
                Write(PythonText.Str(Call(callee, block.Call, scope, new JinjaMacro(block.Caller, scope)), Budget));
                return Flow.Next;
            case FilterBlock block:
                Write(PythonText.Str(CaptureFiltered(block.Body, block.Filters, scope), Budget));
                return Flow.Next;
            case ScopeBlock block:
                return RunScope(block, scope);
            case BreakStatement:
                return Flow.Break;
            case ContinueStatement:
                return Flow.Continue;
            default:
                throw new InvalidOperationException($"statement {statement.GetType().Name}");
        }
    }

    private Flow RunIf(IfBlock block, JinjaScope scope)
    {
        foreach (var (condition, body) in block.Branches)
        {
            if (Evaluate(condition, scope).IsTrue)
                return Run(body, scope);
        }
        return Run(block.Else, scope);
    }

    private void RunFor(ForBlock block, JinjaValue source, int loopDepth, JinjaScope scope)
    {
        var items = JinjaOperators.Iterate(source, Budget);
        if (block.Filter is not null)
        {
            var kept = new List<JinjaValue>();
            foreach (var item in items)
            {
                var inner = new JinjaScope(scope);
                Assign(block.Target, item, inner);
                if (Evaluate(block.Filter, inner).IsTrue)
                    kept.Add(item);
            }
            items = kept;
        }
        Func<JinjaValue, int, JinjaValue>? recurse = block.IsRecursive
            ? (inner, innerDepth) => new JinjaString(Capture(() => RunFor(block, inner, innerDepth, scope)))
            : null;
        var loop = new JinjaLoop(items, loopDepth, recurse);
        for (var i = 0; i < items.Count; i++)
        {
            Budget.Step();
            loop.Index = i;
            var inner = new JinjaScope(scope);
            inner.Set("loop", loop);
            Assign(block.Target, items[i], inner);
            if (Run(block.Body, inner) == Flow.Break)
                break;
        }
        if (items.Count == 0)
            Run(block.Else, new JinjaScope(scope));
    }

    private void RunSetBlock(SetBlock block, JinjaScope scope) => Assign(block.Target, CaptureFiltered(block.Body, block.Filters, scope), scope);

    private JinjaValue CaptureFiltered(IReadOnlyList<JinjaStatement> body, IReadOnlyList<FilterCall> filters, JinjaScope scope)
    {
        var inner = new JinjaScope(scope);
        JinjaValue value = Capture(() => Run(body, inner));
        foreach (var filter in filters)
            value = JinjaFilters.Apply(this, filter.Name, value, Arguments(filter.Name, filter.Arguments, scope));
        return value;
    }

    private Flow RunScope(ScopeBlock block, JinjaScope scope)
    {
        var inner = new JinjaScope(scope);
        foreach (var (target, value) in block.Assignments)
            Assign(target, Evaluate(value, scope), inner);
        return Run(block.Body, inner);
    }

    private void Assign(JinjaExpression target, JinjaValue value, JinjaScope scope)
    {
        switch (target)
        {
            case NameExpression name:
                scope.Set(name.Name, value);
                break;
            case AttributeExpression { Target: NameExpression name } attribute:
                if (scope.Find(name.Name) is not JinjaNamespace space)
                    throw new JinjaException($"an assignment to '{name.Name}.{attribute.Name}'", $"'{name.Name}' to be a namespace(..)");
                space.Set(attribute.Name, value);
                break;
            case ListExpression list:
                if (value is JinjaUndefined missing)
                    throw missing.Error();
                var items = JinjaOperators.Iterate(value, Budget);
                if (items.Count != list.Items.Count)
                    throw new JinjaException($"{items.Count} values to unpack", $"{list.Items.Count}");
                for (var i = 0; i < items.Count; i++)
                    Assign(list.Items[i], items[i], scope);
                break;
            default:
                throw new InvalidOperationException($"target {target.GetType().Name}");
        }
    }

    /// <summary>Runs a macro's body in a scope inside the one it was defined in; the text it writes is the call's value.</summary>
    public JinjaValue CallMacro(MacroDefinition macro, JinjaScope definedIn, JinjaArguments arguments)
    {
        var scope = new JinjaScope(definedIn);
        var given = new Dictionary<string, JinjaValue>(StringComparer.Ordinal);
        var parameters = macro.Parameters;
        for (var i = 0; i < Math.Min(parameters.Count, arguments.Positional.Count); i++)
            given[parameters[i].Name] = arguments.Positional[i];
        var more = new List<KeyValuePair<JinjaValue, JinjaValue>>();
        if (macro.Uses.Contains("caller") && parameters.All(parameter => parameter.Name != "caller"))
            scope.Set("caller", new JinjaUndefined("'caller' outside a call block"));
        foreach (var (name, value) in arguments.Named)
        {
            if (parameters.Any(parameter => parameter.Name == name))
            {
                if (!given.TryAdd(name, value))
                    throw new JinjaException($"the argument '{name}' twice in a call of {macro.Name}", "each once");
            }
            else if (name == "caller" && macro.Uses.Contains("caller"))
            {
                scope.Set("caller", value);
            }
            else
            {
                more.Add(new(name, value));
            }
        }
        if (arguments.Positional.Count > parameters.Count && !macro.Uses.Contains("varargs"))
            throw new JinjaException($"{arguments.Positional.Count} arguments for the macro {macro.Name}", $"at most {parameters.Count}");
        if (more.Count > 0 && !macro.Uses.Contains("kwargs"))
            throw new JinjaException($"the argument '{((JinjaString)more[0].Key).Text}' for the macro {macro.Name}", "one of its parameters");
        if (macro.Uses.Contains("varargs"))
            scope.Set("varargs", new JinjaSequence([.. arguments.Positional.Skip(parameters.Count)], SequenceKind.Tuple));
        if (macro.Uses.Contains("kwargs"))
            scope.Set("kwargs", new JinjaMapping(more));
        foreach (var (name, defaultValue) in parameters)
        {
            var value = given.GetValueOrDefault(name) ?? (defaultValue is null ? new JinjaUndefined($"the parameter '{name}' of {macro.Name}") : Evaluate(defaultValue, scope));
            scope.Set(name, value);
        }
        return Capture(() => Run(macro.Body, scope));
    }

    // ---- Expressions ----

    private JinjaValue Evaluate(JinjaExpression expression, JinjaScope scope)
    {
        Enter(expression.Line);
        var value = expression switch
        {
            LiteralExpression literal => literal.Value,
            NameExpression name => scope.Find(name.Name) ?? new JinjaUndefined($"the variable '{name.Name}'"),
            AttributeExpression attribute => EvaluateAttribute(attribute, scope),
            ItemExpression item => EvaluateItem(item, scope),
            SliceExpression slice => EvaluateSlice(slice, scope),
            CallExpression call => Call(Evaluate(call.Target, scope), call, scope, caller: null),
            FilterExpression filter => EvaluateFilter(filter, scope),
            TestExpression test => EvaluateTest(test, scope),
            UnaryExpression unary => EvaluateUnary(unary, scope),
            BinaryExpression binary => EvaluateBinary(binary, scope),
            CompareExpression compare => EvaluateCompare(compare, scope),
            ConcatExpression concat => EvaluateConcat(concat, scope),
            ConditionalExpression conditional => EvaluateConditional(conditional, scope),
            ListExpression list => EvaluateList(list, scope),
            DictExpression dict => EvaluateDict(dict, scope),
            _ => throw new InvalidOperationException($"expression {expression.GetType().Name}"),
        };
        depth--;
        return value;
    }

    private JinjaValue EvaluateAttribute(AttributeExpression attribute, JinjaScope scope)
    {
        var target = Evaluate(attribute.Target, scope);
        return JinjaAttributes.GetAttribute(target, attribute.Name) ?? new JinjaUndefined($"attribute '{attribute.Name}' of a {target.TypeName}");
    }

    private JinjaValue EvaluateItem(ItemExpression item, JinjaScope scope)
    {
        var target = Evaluate(item.Target, scope);
        var key = Evaluate(item.Key, scope);
        return JinjaAttributes.GetItem(target, key, Budget)
            ?? new JinjaUndefined(key is JinjaString name ? $"item '{name.Text}' of a {target.TypeName}" : $"an item of a {target.TypeName}");
    }

    private JinjaValue EvaluateSlice(SliceExpression slice, JinjaScope scope)
    {
        JinjaValue? Bound(JinjaExpression? bound) => bound is null ? null : Evaluate(bound, scope);
        var target = Evaluate(slice.Target, scope);
        return JinjaOperators.Slice(target, Bound(slice.Start), Bound(slice.Stop), Bound(slice.Step), Budget);
    }

    private JinjaValue Call(JinjaValue callee, CallExpression call, JinjaScope scope, JinjaMacro? caller)
    {
        if (callee is JinjaUndefined missing)
            throw missing.Error();
        if (callee is not JinjaCallable callable)
            throw new JinjaException($"a call of a {callee.TypeName}", "a function, method or macro");
        var arguments = Arguments(callable.Name, call.Arguments, scope);
        if (caller is not null)
            arguments = new JinjaArguments(callable.Name, arguments.Positional, [.. arguments.Named, new("caller", caller)]);
        return callable.Call(this, arguments);
    }

    private JinjaArguments Arguments(string callee, ArgumentList list, JinjaScope scope)
    {
        if (list == ArgumentList.Empty)
            return JinjaArguments.None(callee);
        var positional = new List<JinjaValue>(list.Positional.Count);
        foreach (var argument in list.Positional)
            positional.Add(Evaluate(argument, scope));
        var named = new List<KeyValuePair<string, JinjaValue>>(list.Named.Count);
        foreach (var (name, value) in list.Named)
            named.Add(new(name, Evaluate(value, scope)));
        if (list.Spread is not null)
        {
            var spread = JinjaOperators.Iterate(Evaluate(list.Spread, scope), Budget);
            Budget.Step(spread.Count);
            positional.AddRange(spread);
        }
        if (list.NamedSpread is not null)
        {
            if (Evaluate(list.NamedSpread, scope) is not JinjaMapping mapping)
                throw new JinjaException("** of something that is not a dict", "a dict");
            Budget.Step(mapping.Entries.Count);
            foreach (var (key, value) in mapping.Entries)
            {
                var name = StringMethods.TextOf(key);
                if (list.Named.Any(other => other.Name == name))
                    throw new JinjaException($"the argument '{name}' twice", "each once");
                named.Add(new(name, value));
            }
        }
        return new JinjaArguments(callee, positional, named);
    }

    private JinjaValue EvaluateFilter(FilterExpression filter, JinjaScope scope)
    {
        var value = Evaluate(filter.Target, scope);
        return JinjaFilters.Apply(this, filter.Filter.Name, value, Arguments(filter.Filter.Name, filter.Filter.Arguments, scope));
    }

    private JinjaBoolean EvaluateTest(TestExpression test, JinjaScope scope)
    {
        var value = Evaluate(test.Target, scope);
        return JinjaBoolean.Of(JinjaTests.Apply(this, test.Name, value, Arguments(test.Name, test.Arguments, scope)) != test.IsNegated);
    }

    private JinjaValue EvaluateUnary(UnaryExpression unary, JinjaScope scope)
    {
        var operand = Evaluate(unary.Operand, scope);
        return unary.Operator switch
        {
            "not" => !operand.IsTrue,
            "-" => JinjaOperators.Negate(operand),
            _ => JinjaOperators.Negate(JinjaOperators.Negate(operand)),
        };
    }

    private JinjaValue EvaluateBinary(BinaryExpression binary, JinjaScope scope)
    {
        var left = Evaluate(binary.Left, scope);
        if (binary.Operator == "and")
            return left.IsTrue ? Evaluate(binary.Right, scope) : left;
        if (binary.Operator == "or")
            return left.IsTrue ? left : Evaluate(binary.Right, scope);
        return JinjaOperators.Binary(binary.Operator, left, Evaluate(binary.Right, scope), Budget);
    }

    private JinjaBoolean EvaluateCompare(CompareExpression compare, JinjaScope scope)
    {
        var left = Evaluate(compare.First, scope);
        foreach (var (symbol, rightExpression) in compare.Rest)
        {
            var right = Evaluate(rightExpression, scope);
            if (!JinjaOperators.Compare(symbol, left, right, Budget))
                return JinjaBoolean.False;
            left = right;
        }
        return JinjaBoolean.True;
    }

    private JinjaString EvaluateConcat(ConcatExpression concat, JinjaScope scope)
    {
        var parts = new List<JinjaValue>(concat.Parts.Count);
        foreach (var part in concat.Parts)
            parts.Add(Evaluate(part, scope));
        return new JinjaString(StringMethods.Join(parts, "", part => PythonText.Str(part, Budget), Budget));
    }

    private JinjaValue EvaluateConditional(ConditionalExpression conditional, JinjaScope scope)
    {
        if (Evaluate(conditional.Condition, scope).IsTrue)
            return Evaluate(conditional.Then, scope);
        return conditional.Else is null ? new JinjaUndefined("an inline if without else") : Evaluate(conditional.Else, scope);
    }

    private JinjaSequence EvaluateList(ListExpression list, JinjaScope scope)
    {
        var items = new List<JinjaValue>(list.Items.Count);
        foreach (var item in list.Items)
            items.Add(Evaluate(item, scope));
        Budget.Step(4);
        return new JinjaSequence(items, list.IsTuple ? SequenceKind.Tuple : SequenceKind.List);
    }

    private JinjaMapping EvaluateDict(DictExpression dict, JinjaScope scope)
    {
        var entries = new List<KeyValuePair<JinjaValue, JinjaValue>>(dict.Entries.Count);
        foreach (var (key, value) in dict.Entries)
        {
            entries.Add(new(Evaluate(key, scope), Evaluate(value, scope)));
            Budget.Step(entries[^1].Key.Weight);
        }
        Budget.Step(8);
        return new JinjaMapping(entries);
    }
}
