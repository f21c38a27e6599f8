using Temoto.Generation.Tools;

namespace Temoto.Server;

/// <summary>Reads one of the texts of a request: pieces as they are generated become parts of an answer.</summary>
internal sealed class AnswerReader(AnswerParser parser)
{
    private readonly AnswerText answer = new();

    public string Text => answer.Text;

    public string Reasoning => answer.Reasoning;

    public IReadOnlyList<ToolCall> Calls => answer.Calls;

    /// <summary>The piece with the figures; null until it has come.</summary>
    public GeneratedPiece? Last { get; private set; }

    /// <summary>Tokens of thoughts, those of their marks included.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Whether the model ended it with calls.</summary>
    public bool EndsWithCalls => Last?.FinishReason == FinishReason.Stop && Calls.Count > 0;

    /// <summary>The parts that are certain with this piece; to be read before the next one is given.</summary>
    public IEnumerable<AnswerPart> Read(GeneratedPiece piece)
    {
        var wasThinking = parser.IsThinking;
        foreach (var part in parser.Push(piece.Text))
        {
            answer.Add(part);
            yield return part;
        }
        if (piece.TokenId is not null && (wasThinking || parser.IsThinking))
            ReasoningTokens++;
        if (piece.Statistics is null)
            yield break;
        Last = piece;
        foreach (var part in parser.End())
        {
            answer.Add(part);
            yield return part;
        }
    }

    /// <summary>Takes a piece whose parts nobody wants one by one.</summary>
    public void Add(GeneratedPiece piece)
    {
        foreach (var _ in Read(piece))
        {
        }
    }
}
