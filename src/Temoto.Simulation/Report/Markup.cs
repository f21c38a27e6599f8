using System.Text;

namespace Temoto.Simulation.Report;

/// <summary>
/// Writes elements that a browser reads as HTML and System.Xml as XML: what is opened is closed, text and attributes are escaped, characters that XML has no way to say become U+FFFD.
/// </summary>
internal sealed class Markup
{
    private readonly StringBuilder text = new();
    private readonly Stack<string> open = new();

    /// <summary>Begins an element; attributes without a value are left out.</summary>
    public Markup Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Begin(name, attributes);
        text.Append('>');
        open.Push(name);
        return this;
    }

    /// <summary>Ends the element that was opened last.</summary>
    public Markup Close()
    {
        text.Append("</").Append(open.Pop()).Append('>');
        return this;
    }

    /// <summary>An element that holds text and nothing else.</summary>
    public Markup Element(string name, string content, params ReadOnlySpan<(string Name, string? Value)> attributes) => Open(name, attributes).Text(content).Close();

    /// <summary>An element without content: meta, or one of SVG.</summary>
    public Markup Empty(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Begin(name, attributes);
        text.Append(" />");
        return this;
    }

    public Markup Text(string content)
    {
        Escape(content);
        return this;
    }

    /// <summary>A line break between elements, for whoever reads the source.</summary>
    public Markup Line()
    {
        text.Append('\n');
        return this;
    }

    /// <summary>Content of style, which no parser unescapes.</summary>
    public Markup Style(string css)
    {
        if (css.AsSpan().IndexOfAny('<', '&') >= 0)
            throw new ArgumentException("a style sheet that is no XML text", nameof(css));
        text.Append("<style>").Append(css).Append("</style>");
        return this;
    }

    /// <summary>The whole document.</summary>
    public override string ToString() => open.Count == 0 ? "<!DOCTYPE html>\n" + text + "\n" : throw new InvalidOperationException($"{open.Peek()} is open");

    private void Begin(string name, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        text.Append('<').Append(name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is null)
                continue;
            text.Append(' ').Append(attribute).Append("=\"");
            Escape(value);
            text.Append('"');
        }
    }

    private void Escape(string content)
    {
        foreach (var rune in content.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '<': text.Append("&lt;"); break;
                case '>': text.Append("&gt;"); break;
                case '&': text.Append("&amp;"); break;
                case '"': text.Append("&quot;"); break;
                case < ' ' and not ('\t' or '\n') or (>= 0x7f and < 0xa0) or 0xfffe or 0xffff: text.Append('\ufffd'); break;
                default: text.Append(rune.ToString()); break;
            }
        }
    }
}
