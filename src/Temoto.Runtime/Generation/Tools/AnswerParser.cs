namespace Temoto.Generation.Tools;

/// <summary>Tells the parts of an answer apart as it is generated: thoughts first, then text and calls.</summary>
/// <param name="thoughts">Null for a model that does not write any.</param>
/// <param name="calls">Null where no tools were told.</param>
internal sealed class AnswerParser(ThoughtSplitter? thoughts, CallParser? calls)
{
    private readonly List<AnswerPart> parts = [];

    /// <summary>Calls that are whole.</summary>
    public int Calls => calls?.Count ?? 0;

    public bool IsThinking => thoughts?.IsThinking ?? false;

    /// <summary>What is certain with this piece; valid until the next call.</summary>
    public IReadOnlyList<AnswerPart> Push(string piece)
    {
        parts.Clear();
        Take(thoughts is null ? ("", piece) : thoughts.Push(piece));
        return parts;
    }

    /// <summary>What was held back.</summary>
    public IReadOnlyList<AnswerPart> End()
    {
        parts.Clear();
        if (thoughts is not null)
            Take(thoughts.End());
        calls?.End(parts);
        return parts;
    }

    private void Take((string Reasoning, string Answer) piece)
    {
        if (piece.Reasoning.Length > 0)
            parts.Add(new AnswerPart(AnswerPartKind.Reasoning, piece.Reasoning));
        if (piece.Answer.Length == 0)
            return;
        if (calls is null)
            parts.Add(new AnswerPart(AnswerPartKind.Text, piece.Answer));
        else
            calls.Push(piece.Answer, parts);
    }
}
