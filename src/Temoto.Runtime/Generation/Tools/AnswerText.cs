using System.Text;

namespace Temoto.Generation.Tools;

/// <summary>An answer put together from its parts. What began as a call and is none stands in the text.</summary>
internal sealed class AnswerText
{
    private readonly StringBuilder text = new();
    private readonly StringBuilder reasoning = new();
    private readonly List<ToolCall> calls = [];

    public string Text => text.ToString();

    public string Reasoning => reasoning.ToString();

    /// <summary>Those that are whole.</summary>
    public IReadOnlyList<ToolCall> Calls => calls;

    public void Add(IEnumerable<AnswerPart> parts)
    {
        foreach (var part in parts)
            Add(part);
    }

    public void Add(AnswerPart part)
    {
        if (part.Kind == AnswerPartKind.Reasoning)
            reasoning.Append(part.Text);
        else if (part.Kind is AnswerPartKind.Text or AnswerPartKind.CallFails)
            text.Append(part.Text);
        else if (part.Kind == AnswerPartKind.CallEnds)
            calls.Add(new ToolCall(part.CallId!, part.CallName!, part.Text));
    }
}
