using System.Runtime.CompilerServices;

namespace Temoto.Jinja;

/// <summary>Builds the syntax tree of a template; one method per level of precedence, loosest first.</summary>
internal sealed class JinjaParser
{
    /// <summary>Deepest nesting of blocks and expressions; real templates stay below 20.</summary>
    private const int MaxDepth = 150;

    private readonly IReadOnlyList<JinjaToken> tokens;
    private readonly Stack<HashSet<string>> macroUses = new();
    private int position;
    private int depth;
    private int loops;

    private JinjaParser(IReadOnlyList<JinjaToken> tokens) => this.tokens = tokens;

    public static IReadOnlyList<JinjaStatement> Parse(string source)
    {
        var parser = new JinjaParser(JinjaLexer.Tokenize(source));
        return parser.ParseBody([]);
    }

    private JinjaToken Current => tokens[position];

    private JinjaToken Take() => Current.Kind == JinjaTokenKind.End ? Current : tokens[position++];

    private bool TakeIf(string operatorText)
    {
        if (!Current.Is(operatorText))
            return false;
        position++;
        return true;
    }

    private bool TakeIfName(string name)
    {
        if (!Current.IsName(name))
            return false;
        position++;
        return true;
    }

    private void Expect(string operatorText)
    {
        if (!TakeIf(operatorText))
            throw Unexpected($"'{operatorText}'");
    }

    private void Expect(JinjaTokenKind kind, string expected)
    {
        if (Current.Kind != kind)
            throw Unexpected(expected);
        Take();
    }

    private string ExpectName(string expected) => Current.Kind == JinjaTokenKind.Name ? Take().Text : throw Unexpected(expected);

    private JinjaException Unexpected(string expected) => new(Current.Described, expected, line: Current.Line);

    private void Enter()
    {
        if (++depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaException("blocks or expressions nested too deeply", $"at most {MaxDepth} levels", line: Current.Line);
    }

    private void Leave() => depth--;

    // ---- Statements ----

    /// <summary>Statements up to a tag named in <paramref name="ends"/>, whose name is the current token afterwards; or to the end.</summary>
    private List<JinjaStatement> ParseBody(ReadOnlySpan<string> ends)
    {
        Enter();
        var body = new List<JinjaStatement>();
        while (true)
        {
            var token = Current;
            switch (token.Kind)
            {
                case JinjaTokenKind.Data:
                    body.Add(new TextOutput(Take().Text, token.Line));
                    break;
                case JinjaTokenKind.VariableBegin:
                    Take();
                    body.Add(new ValueOutput(ParseTuple(), token.Line));
                    Expect(JinjaTokenKind.VariableEnd, "'}}'");
                    break;
                case JinjaTokenKind.BlockBegin:
                    Take();
                    if (Current.Kind != JinjaTokenKind.Name)
                        throw Unexpected("a statement such as if, for or set");
                    if (ends.Contains(Current.Text))
                    {
                        Leave();
                        return body;
                    }
                    body.Add(ParseStatement());
                    Expect(JinjaTokenKind.BlockEnd, "'%}'");
                    break;
                default:
                    if (ends.Length > 0)
                        throw Unexpected(string.Join(" or ", ends.ToArray().Select(end => $"{{% {end} %}}")));
                    Leave();
                    return body;
            }
        }
    }

    /// <summary>The body between a tag's end and <paramref name="end"/>, whose name is taken too.</summary>
    private List<JinjaStatement> ParseBodyTo(string end)
    {
        Expect(JinjaTokenKind.BlockEnd, "'%}'");
        var body = ParseBody([end]);
        Take();
        return body;
    }

    private JinjaStatement ParseStatement()
    {
        var name = Take();
        switch (name.Text)
        {
            case "if":
                return ParseIf(name.Line);
            case "for":
                return ParseFor(name.Line);
            case "set":
                return ParseSet(name.Line);
            case "macro":
                return ParseMacro(ExpectName("the macro's name"), "endmacro", name.Line);
            case "call":
                return ParseCallBlock(name.Line);
            case "filter":
                var filters = ParseFilterChain();
                return new FilterBlock(filters, ParseBodyTo("endfilter"), name.Line);
            case "with":
                return ParseWith(name.Line);
            case "generation":
                return new ScopeBlock([], ParseBodyTo("endgeneration"), name.Line);
            case "print":
                return new ScopeBlock([], ParsePrint(), name.Line);
            case "break" when loops > 0:
                return new BreakStatement(name.Line);
            case "continue" when loops > 0:
                return new ContinueStatement(name.Line);
            case "break" or "continue":
                throw new JinjaException($"'{name.Text}' outside a loop", "it inside {% for %}", line: name.Line);
            default:
                throw new JinjaException($"the tag '{name.Text}'", "if, for, set, macro, call, filter, with, generation, print, break, continue, raw or the end of an open one", line: name.Line);
        }
    }

    private List<JinjaStatement> ParsePrint()
    {
        var outputs = new List<JinjaStatement>();
        do
        {
            outputs.Add(new ValueOutput(ParseExpression(), Current.Line));
        }
        while (TakeIf(","));
        return outputs;
    }

    private IfBlock ParseIf(int line)
    {
        var branches = new List<(JinjaExpression, IReadOnlyList<JinjaStatement>)>();
        while (true)
        {
            var condition = ParseTuple(allowConditional: false);
            Expect(JinjaTokenKind.BlockEnd, "'%}'");
            branches.Add((condition, ParseBody(["elif", "else", "endif"])));
            var end = Take().Text;
            if (end == "elif")
                continue;
            return new IfBlock(branches, end == "else" ? ParseBodyTo("endif") : [], line);
        }
    }

    private ForBlock ParseFor(int line)
    {
        var target = ParseTarget(allowTuple: true);
        if (!TakeIfName("in"))
            throw Unexpected("'in'");
        var source = ParseTuple(allowConditional: false);
        var filter = TakeIfName("if") ? ParseExpression() : null;
        var isRecursive = TakeIfName("recursive");
        Expect(JinjaTokenKind.BlockEnd, "'%}'");
        loops++;
        var body = ParseBody(["else", "endfor"]);
        loops--;
        return new ForBlock(target, source, filter, isRecursive, body, Take().Text == "else" ? ParseBodyTo("endfor") : [], line);
    }

    private JinjaStatement ParseSet(int line)
    {
        var target = ParseTarget(allowTuple: true, allowAttribute: true);
        if (TakeIf("="))
            return new SetStatement(target, ParseTuple(), line);
        var filters = Current.Is("|") ? ParseFilterChain(startsWithPipe: true) : [];
        return new SetBlock(target, filters, ParseBodyTo("endset"), line);
    }

    private MacroDefinition ParseMacro(string name, string end, int line)
    {
        return ParseMacroBody(name, ParseSignature(), end, line);
    }

    private MacroDefinition ParseMacroBody(string name, List<(string, JinjaExpression?)> parameters, string end, int line)
    {
        macroUses.Push([]);
        var loopsOutside = loops;
        loops = 0;
        var body = ParseBodyTo(end);
        loops = loopsOutside;
        var uses = macroUses.Pop();
        return new MacroDefinition(name, parameters, body, uses, line);
    }

    private List<(string, JinjaExpression?)> ParseSignature()
    {
        Expect("(");
        var parameters = new List<(string Name, JinjaExpression? Default)>();
        while (!TakeIf(")"))
        {
            if (parameters.Count > 0)
                Expect(",");
            var name = ExpectName("a parameter's name");
            if (parameters.Any(parameter => parameter.Name == name))
                throw new JinjaException($"the parameter '{name}' twice", "each once", line: Current.Line);
            var value = TakeIf("=") ? ParseExpression() : null;
            if (value is null && parameters.Count > 0 && parameters[^1].Default is not null)
                throw new JinjaException($"the parameter '{name}' without a default after one that has it", "a default", line: Current.Line);
            parameters.Add((name, value));
        }
        return parameters;
    }

    private CallBlock ParseCallBlock(int line)
    {
        var parameters = Current.Is("(") ? ParseSignature() : [];
        if (ParseExpression() is not CallExpression call)
            throw new JinjaException("a call block without a call", "{% call name(..) %}", line: line);
        return new CallBlock(call, ParseMacroBody("caller", parameters, "endcall", line), line);
    }

    private ScopeBlock ParseWith(int line)
    {
        var assignments = new List<(JinjaExpression, JinjaExpression)>();
        while (Current.Kind != JinjaTokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
                Expect(",");
            var target = ParseTarget(allowTuple: false);
            Expect("=");
            assignments.Add((target, ParseExpression()));
        }
        return new ScopeBlock(assignments, ParseBodyTo("endwith"), line);
    }

    /// <summary>A name, names to unpack into, or (in set) an attribute of a namespace.</summary>
    private JinjaExpression ParseTarget(bool allowTuple, bool allowAttribute = false)
    {
        var line = Current.Line;
        if (allowAttribute && Current.Kind == JinjaTokenKind.Name && tokens[position + 1].Is("."))
        {
            var name = new NameExpression(Take().Text, line);
            Take();
            return new AttributeExpression(name, ExpectName("an attribute's name"), line);
        }
        var first = ParseSingleTarget(allowTuple);
        if (!allowTuple || !Current.Is(","))
            return first;
        var items = new List<JinjaExpression> { first };
        while (TakeIf(",") && Current.Kind != JinjaTokenKind.BlockEnd && !Current.IsName("in") && !Current.Is("="))
            items.Add(ParseSingleTarget(allowTuple));
        return new ListExpression(items, IsTuple: true, line);
    }

    private JinjaExpression ParseSingleTarget(bool allowTuple)
    {
        var line = Current.Line;
        if (allowTuple && TakeIf("("))
        {
            Enter();
            var inner = ParseTarget(allowTuple: true);
            Leave();
            Expect(")");
            return inner;
        }
        var name = ExpectName("a variable's name");
        return IsConstant(name) ? throw new JinjaException($"an assignment to '{name}'", "a variable's name", line: line) : new NameExpression(name, line);
    }

    private static bool IsConstant(string name) => name is "true" or "false" or "none" or "True" or "False" or "None";

    // ---- Expressions ----

    /// <summary>Expressions with commas between them are a tuple, with or without brackets.</summary>
    private JinjaExpression ParseTuple(bool allowConditional = true, bool inBrackets = false)
    {
        var line = Current.Line;
        var items = new List<JinjaExpression>();
        var isTuple = false;
        while (!(Current.Kind is JinjaTokenKind.VariableEnd or JinjaTokenKind.BlockEnd || Current.Is(")")))
        {
            items.Add(allowConditional ? ParseExpression() : ParseWithoutConditional());
            if (!TakeIf(","))
                break;
            isTuple = true;
        }
        if (isTuple || (inBrackets && items.Count == 0))
            return new ListExpression(items, IsTuple: true, line);
        return items.Count == 1 ? items[0] : throw Unexpected("an expression");
    }

    private JinjaExpression ParseExpression()
    {
        Enter();
        var line = Current.Line;
        var result = ParseOr();
        while (TakeIfName("if"))
        {
            var condition = ParseOr();
            result = new ConditionalExpression(condition, result, TakeIfName("else") ? ParseExpression() : null, line);
        }
        Leave();
        return result;
    }

    private JinjaExpression ParseWithoutConditional()
    {
        Enter();
        var result = ParseOr();
        Leave();
        return result;
    }

    private JinjaExpression ParseOr()
    {
        var left = ParseAnd();
        while (Current.IsName("or"))
        {
            var line = Take().Line;
            left = new BinaryExpression("or", left, ParseAnd(), line);
        }
        return left;
    }

    private JinjaExpression ParseAnd()
    {
        var left = ParseNot();
        while (Current.IsName("and"))
        {
            var line = Take().Line;
            left = new BinaryExpression("and", left, ParseNot(), line);
        }
        return left;
    }

    private JinjaExpression ParseNot()
    {
        if (!Current.IsName("not"))
            return ParseCompare();
        Enter();
        var line = Take().Line;
        var operand = ParseNot();
        Leave();
        return new UnaryExpression("not", operand, line);
    }

    private JinjaExpression ParseCompare()
    {
        var line = Current.Line;
        var first = ParseSum();
        var rest = new List<(string, JinjaExpression)>();
        while (true)
        {
            if (Current.Kind == JinjaTokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
                rest.Add((Take().Text, ParseSum()));
            else if (TakeIfName("in"))
                rest.Add(("in", ParseSum()));
            else if (Current.IsName("not") && tokens[position + 1].IsName("in"))
            {
                position += 2;
                rest.Add(("not in", ParseSum()));
            }
            else
                break;
        }
        return rest.Count == 0 ? first : new CompareExpression(first, rest, line);
    }

    private JinjaExpression ParseSum()
    {
        var left = ParseConcat();
        while (Current.Is("+") || Current.Is("-"))
        {
            var token = Take();
            left = new BinaryExpression(token.Text, left, ParseConcat(), token.Line);
        }
        return left;
    }

    private JinjaExpression ParseConcat()
    {
        var line = Current.Line;
        var first = ParseProduct();
        if (!Current.Is("~"))
            return first;
        var parts = new List<JinjaExpression> { first };
        while (TakeIf("~"))
            parts.Add(ParseProduct());
        return new ConcatExpression(parts, line);
    }

    private JinjaExpression ParseProduct()
    {
        var left = ParsePower();
        while (Current.Kind == JinjaTokenKind.Operator && Current.Text is "*" or "/" or "//" or "%")
        {
            var token = Take();
            left = new BinaryExpression(token.Text, left, ParsePower(), token.Line);
        }
        return left;
    }

    /// <summary>Unlike Python's, this power binds to the left, and a sign binds closer: as Jinja has it.</summary>
    private JinjaExpression ParsePower()
    {
        var left = ParseUnary(allowFilters: true);
        while (Current.Is("**"))
        {
            var line = Take().Line;
            left = new BinaryExpression("**", left, ParseUnary(allowFilters: true), line);
        }
        return left;
    }

    private JinjaExpression ParseUnary(bool allowFilters)
    {
        var line = Current.Line;
        JinjaExpression result;
        if (Current.Is("-") || Current.Is("+"))
        {
            Enter();
            result = new UnaryExpression(Take().Text, ParseUnary(allowFilters: false), line);
            Leave();
        }
        else
        {
            result = ParsePrimary();
        }
        result = ParsePostfix(result);
        return allowFilters ? ParseFiltersAndTests(result) : result;
    }

    private JinjaExpression ParsePrimary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case JinjaTokenKind.Name:
                Take();
                switch (token.Text)
                {
                    case "true" or "True":
                        return new LiteralExpression(JinjaBoolean.True, token.Line);
                    case "false" or "False":
                        return new LiteralExpression(JinjaBoolean.False, token.Line);
                    case "none" or "None":
                        return new LiteralExpression(JinjaNone.Value, token.Line);
                    case "varargs" or "kwargs" or "caller":
                        if (macroUses.TryPeek(out var uses))
                            uses.Add(token.Text);
                        break;
                }
                return new NameExpression(token.Text, token.Line);
            case JinjaTokenKind.String:
                Take();
                var text = token.Text;
                // Neighbouring strings are one string.
                if (Current.Kind == JinjaTokenKind.String)
                {
                    var parts = new List<string> { text };
                    while (Current.Kind == JinjaTokenKind.String)
                        parts.Add(Take().Text);
                    text = string.Concat(parts);
                }
                return new LiteralExpression(text, token.Line);
            case JinjaTokenKind.Number:
                Take();
                return new LiteralExpression(token.Number!, token.Line);
            case JinjaTokenKind.Operator when token.Text == "(":
                Take();
                Enter();
                var inner = ParseTuple(inBrackets: true);
                Leave();
                Expect(")");
                return inner;
            case JinjaTokenKind.Operator when token.Text == "[":
                return ParseList();
            case JinjaTokenKind.Operator when token.Text == "{":
                return ParseDict();
            default:
                throw Unexpected("an expression");
        }
    }

    private ListExpression ParseList()
    {
        var line = Take().Line;
        var items = new List<JinjaExpression>();
        while (!TakeIf("]"))
        {
            if (items.Count > 0)
            {
                Expect(",");
                if (TakeIf("]"))
                    break;
            }
            items.Add(ParseExpression());
        }
        return new ListExpression(items, IsTuple: false, line);
    }

    private DictExpression ParseDict()
    {
        var line = Take().Line;
        var entries = new List<(JinjaExpression, JinjaExpression)>();
        while (!TakeIf("}"))
        {
            if (entries.Count > 0)
            {
                Expect(",");
                if (TakeIf("}"))
                    break;
            }
            var key = ParseExpression();
            Expect(":");
            entries.Add((key, ParseExpression()));
        }
        return new DictExpression(entries, line);
    }

    private JinjaExpression ParsePostfix(JinjaExpression target)
    {
        while (true)
        {
            if (Current.Is("."))
                target = ParseDot(target);
            else if (Current.Is("["))
                target = ParseSubscript(target);
            else if (Current.Is("("))
                target = new CallExpression(target, ParseArguments(), target.Line);
            else
                return target;
        }
    }

    private JinjaExpression ParseDot(JinjaExpression target)
    {
        var line = Take().Line;
        var token = Take();
        return token.Kind switch
        {
            JinjaTokenKind.Name => new AttributeExpression(target, token.Text, line),
            JinjaTokenKind.Number when token.Number is JinjaInteger => new ItemExpression(target, new LiteralExpression(token.Number, line), line),
            _ => throw new JinjaException(token.Described, "a name after '.'", line: line),
        };
    }

    private JinjaExpression ParseSubscript(JinjaExpression target)
    {
        var line = Take().Line;
        var items = new List<JinjaExpression>();
        var isTuple = false;
        while (!Current.Is("]"))
        {
            if (items.Count > 0)
            {
                Expect(",");
                isTuple = true;
                if (Current.Is("]"))
                    break;
            }
            var start = Current.Is(":") ? null : ParseExpression();
            if (!isTuple && TakeIf(":"))
                return ParseSliceAfterStart(target, start, line);
            items.Add(start ?? throw Unexpected("an expression"));
        }
        Expect("]");
        return new ItemExpression(target, isTuple || items.Count == 0 ? new ListExpression(items, IsTuple: true, line) : items[0], line);
    }

    private SliceExpression ParseSliceAfterStart(JinjaExpression target, JinjaExpression? start, int line)
    {
        var stop = Current.Is(":") || Current.Is("]") ? null : ParseExpression();
        var step = TakeIf(":") && !Current.Is("]") ? ParseExpression() : null;
        Expect("]");
        return new SliceExpression(target, start, stop, step, line);
    }

    private ArgumentList ParseArguments()
    {
        Expect("(");
        var positional = new List<JinjaExpression>();
        var named = new List<(string Name, JinjaExpression Value)>();
        JinjaExpression? spread = null, namedSpread = null;
        var isFirst = true;
        while (!TakeIf(")"))
        {
            if (!isFirst)
            {
                Expect(",");
                if (TakeIf(")"))
                    break;
            }
            isFirst = false;
            if (spread is null && namedSpread is null && TakeIf("*"))
            {
                spread = ParseExpression();
            }
            else if (namedSpread is null && TakeIf("**"))
            {
                namedSpread = ParseExpression();
            }
            else if (namedSpread is null && Current.Kind == JinjaTokenKind.Name && tokens[position + 1].Is("="))
            {
                var name = Take().Text;
                Take();
                if (named.Any(other => other.Name == name))
                    throw new JinjaException($"the argument '{name}' twice", "each once", line: Current.Line);
                named.Add((name, ParseExpression()));
            }
            else if (named.Count == 0 && spread is null && namedSpread is null)
            {
                positional.Add(ParseExpression());
            }
            else
            {
                throw Unexpected("arguments in the order: positional, named, *list, **dict");
            }
        }
        return new ArgumentList(positional, named, spread, namedSpread);
    }

    private JinjaExpression ParseFiltersAndTests(JinjaExpression target)
    {
        while (true)
        {
            if (Current.Is("|"))
            {
                Take();
                target = new FilterExpression(target, ParseFilterCall(), target.Line);
            }
            else if (Current.IsName("is"))
            {
                target = ParseTest(target);
            }
            else if (Current.Is("("))
            {
                target = new CallExpression(target, ParseArguments(), target.Line);
            }
            else
            {
                return target;
            }
        }
    }

    private List<FilterCall> ParseFilterChain(bool startsWithPipe = false)
    {
        if (startsWithPipe)
            Expect("|");
        var filters = new List<FilterCall>();
        do
        {
            filters.Add(ParseFilterCall());
        }
        while (TakeIf("|"));
        return filters;
    }

    private FilterCall ParseFilterCall()
    {
        var line = Current.Line;
        var name = ExpectName("a filter's name");
        while (TakeIf("."))
            name += "." + ExpectName("a filter's name");
        return new FilterCall(name, Current.Is("(") ? ParseArguments() : ArgumentList.Empty, line);
    }

    private TestExpression ParseTest(JinjaExpression target)
    {
        var line = Take().Line;
        var isNegated = TakeIfName("not");
        var name = ExpectName("a test's name");
        var arguments = ArgumentList.Empty;
        if (Current.Is("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsBareArgument())
        {
            if (Current.IsName("is"))
                throw new JinjaException("'is' after a test", "the tests joined by 'and'", line: line);
            Enter();
            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
            Leave();
        }
        return new TestExpression(target, name, arguments, isNegated, line);
    }

    /// <summary>A test takes one argument without brackets: <c>x is divisibleby 3</c>.</summary>
    private bool StartsBareArgument() => Current.Kind switch
    {
        JinjaTokenKind.Name => Current.Text is not ("else" or "or" or "and"),
        JinjaTokenKind.String or JinjaTokenKind.Number => true,
        JinjaTokenKind.Operator => Current.Text is "[" or "{",
        _ => false,
    };
}
