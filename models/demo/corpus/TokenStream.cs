namespace Temoto.Demo.Corpus;

/// <summary>
/// The encoded corpus: 16 bits per token, little-endian. The low 13 bits are the id; bit 15 marks a token of an answer (its loss counts in full),
/// bit 14 the first token of a conversation, bit 13 a token of an answer's conclusion (its loss counts several times).
/// </summary>
internal static class TokenStream
{
    public const ushort AnswerBit = 1 << 15;
    public const ushort FirstBit = 1 << 14;
    public const ushort KeyBit = 1 << 13;

    public static List<ushort> Encode(BytePairEncoder encoder, Conversation conversation)
    {
        var stream = new List<ushort>();
        var start = (ushort)encoder.SpecialId(SpecialTokens.Start);
        var end = (ushort)encoder.SpecialId(SpecialTokens.End);
        void Add(string text, ushort bit) => stream.AddRange(encoder.Encode(text).Select(id => (ushort)(id | bit)));
        foreach (var (role, content) in conversation.Messages())
        {
            var bit = role == "assistant" ? AnswerBit : (ushort)0;
            stream.Add(start);
            Add(role + "\n", 0);
            var conclusion = role == "assistant" ? ConclusionStart(content) : 0;
            Add(content[..conclusion], bit);
            Add(content[conclusion..], (ushort)(IsConclusion(conversation, content) ? bit | KeyBit : bit));
            stream.Add((ushort)(end | bit));
            Add("\n", 0);
        }
        stream.Add((ushort)encoder.SpecialId(SpecialTokens.EndOfText));
        stream[0] |= FirstBit;
        return stream;
    }

    /// <summary>Where the conclusion begins after a list of lines; 0 where there is no list, or where the list counts and so is all conclusion.</summary>
    private static int ConclusionStart(string answer)
    {
        var counts = answer.Contains("Of ", StringComparison.Ordinal) || answer.Contains("台のうち", StringComparison.Ordinal);
        if (!answer.StartsWith("1: ", StringComparison.Ordinal) || counts)
            return 0;
        var english = answer.IndexOf(". ", StringComparison.Ordinal);
        return english >= 0 ? english + 1 : Math.Max(0, answer.IndexOf('。'));
    }

    private static bool IsConclusion(Conversation conversation, string content) =>
        conversation.Exchanges.Any(exchange => exchange.Kind == Kind.Question && ReferenceEquals(exchange.Answer, content));
}
