using Temoto.Jinja;

namespace Temoto.Generation.ChatTemplates;

/// <summary>
/// Turns a conversation into the text a model was trained on: the Jinja template that comes with the model, rendered as Hugging Face
/// transformers does. The template is untrusted; it can neither reach anything outside its input nor use unbounded time or memory.
/// Immutable, and safe to render from several threads.
/// </summary>
internal sealed class ChatTemplate
{
    private readonly string file;
    private readonly JinjaTemplate template;

    private ChatTemplate(string file, string source, JinjaTemplate template)
    {
        this.file = file;
        this.template = template;
        Source = source;
    }

    /// <summary>As it was given: what it speaks of tells how the model writes.</summary>
    public string Source { get; }

    /// <param name="source">The Jinja source.</param>
    /// <param name="file">Where it came from, for errors.</param>
    public static ChatTemplate Parse(string source, string file)
    {
        try
        {
            return new ChatTemplate(file, source, JinjaTemplate.Parse(source));
        }
        catch (JinjaException error)
        {
            throw Located(file, error);
        }
    }

    public string Render(IEnumerable<ChatMessage> messages) => Render(ChatTemplateInput.For(messages));

    public string Render(ChatTemplateInput input) => Render(input.All(), input.Clock);

    /// <summary>Renders with these variables and no others.</summary>
    public string Render(IEnumerable<KeyValuePair<string, JinjaValue>> variables, TimeProvider clock)
    {
        try
        {
            return template.Render(variables, clock);
        }
        catch (JinjaException error)
        {
            throw Located(file, error);
        }
    }

    private static InputException Located(string file, JinjaException error) =>
        new(file, error.Line > 0 ? $"chat template line {error.Line}" : "chat template", error.Found, error.Expected, error.Next);
}
