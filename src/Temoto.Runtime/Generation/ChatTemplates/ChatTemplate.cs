namespace Temoto.Generation.ChatTemplates;

/// <summary>
/// Turns a conversation into the text a model was trained on: the Jinja template that comes with the model, rendered as Hugging Face
/// transformers does. The template is untrusted; it can neither reach anything outside its input nor use unbounded time or memory.
/// Immutable, and safe to render from several threads.
/// </summary>
internal sealed class ChatTemplate
{
    /// <summary>The longest real template has some 20,000 characters.</summary>
    private const int LongestSource = 1 << 20;

    private readonly string file;
    private readonly IReadOnlyList<JinjaStatement> template;

    private ChatTemplate(string file, IReadOnlyList<JinjaStatement> template)
    {
        this.file = file;
        this.template = template;
    }

    /// <param name="source">The Jinja source.</param>
    /// <param name="file">Where it came from, for errors.</param>
    public static ChatTemplate Parse(string source, string file)
    {
        if (source.Length > LongestSource)
            throw new InputException(file, "chat template", $"{source.Length} characters", $"at most {LongestSource}", JinjaError.FixTemplate);
        try
        {
            return new ChatTemplate(file, JinjaParser.Parse(source));
        }
        catch (JinjaError error)
        {
            throw Located(file, error, 0);
        }
    }

    public string Render(IEnumerable<ChatMessage> messages) => Render(ChatTemplateInput.For(messages));

    public string Render(ChatTemplateInput input) => Render(input.All(), input.Clock);

    /// <summary>Renders with these variables and no others.</summary>
    public string Render(IEnumerable<KeyValuePair<string, JinjaValue>> variables, TimeProvider clock)
    {
        var given = variables.ToArray();
        var evaluator = new JinjaEvaluator(JinjaBudget.ForInput(given.Sum(variable => variable.Value.Weight)));
        var globals = new JinjaScope(null);
        JinjaGlobals.AddTo(globals, clock);
        foreach (var (name, value) in given)
            globals.Set(name, value);
        try
        {
            return evaluator.Render(template, new JinjaScope(globals));
        }
        catch (JinjaError error)
        {
            throw Located(file, error, evaluator.CurrentLine);
        }
    }

    private static InputException Located(string file, JinjaError error, int line)
    {
        var place = error.Line > 0 ? error.Line : line;
        return new InputException(file, place > 0 ? $"chat template line {place}" : "chat template", error.Found, error.Expected, error.Next);
    }
}
