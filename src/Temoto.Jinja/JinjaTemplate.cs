namespace Temoto.Jinja;

/// <summary>
/// A parsed template, rendered as Hugging Face transformers renders chat templates. It is untrusted: it can neither reach anything outside its input nor use unbounded time or memory.
/// Immutable, and safe to render from several threads.
/// </summary>
public sealed class JinjaTemplate
{
    /// <summary>The longest real template has some 20,000 characters.</summary>
    private const int LongestSource = 1 << 20;

    private readonly IReadOnlyList<JinjaStatement> body;

    private JinjaTemplate(IReadOnlyList<JinjaStatement> body) => this.body = body;

    /// <summary>Reads a template; what is wrong with it is a <see cref="JinjaException"/>.</summary>
    /// <param name="source">The Jinja source.</param>
    public static JinjaTemplate Parse(string source) => source.Length > LongestSource
        ? throw new JinjaException($"{source.Length} characters", $"at most {LongestSource}")
        : new JinjaTemplate(JinjaParser.Parse(source));

    /// <summary>Renders with these variables and no others; what goes wrong is a <see cref="JinjaException"/>.</summary>
    /// <param name="variables">By name; the last of equal names wins.</param>
    /// <param name="clock">What <c>strftime_now</c> tells; null for the system's.</param>
    public string Render(IEnumerable<KeyValuePair<string, JinjaValue>> variables, TimeProvider? clock = null)
    {
        var given = variables.ToArray();
        var weight = 0L;
        foreach (var (_, value) in given)
            weight = checked(weight + value.Weight);
        var evaluator = new JinjaEvaluator(JinjaBudget.ForInput(weight));
        var globals = new JinjaScope(null);
        JinjaGlobals.AddTo(globals, clock ?? TimeProvider.System);
        foreach (var (name, value) in given)
            globals.Set(name, value);
        try
        {
            return evaluator.Render(body, new JinjaScope(globals));
        }
        catch (JinjaException error) when (error.Line == 0 && evaluator.CurrentLine > 0)
        {
            throw new JinjaException(error.Found, error.Expected, error.Next, evaluator.CurrentLine);
        }
    }
}
