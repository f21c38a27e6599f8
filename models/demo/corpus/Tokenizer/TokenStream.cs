namespace Temoto.Demo.Corpus.Tokenizer;

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

    /// <summary>Where the conclusion begins: behind the list of lines, or at once where there is none.</summary>
    private static int ConclusionStart(string answer)
    {
        var english = answer.IndexOf(". ", StringComparison.Ordinal);
        if (english >= 0)
            return english + 1;
        var japanese = answer.IndexOf('。');
        return japanese == answer.Length - 1 ? 0 : japanese + 1;
    }

    private static bool IsConclusion(Conversation conversation, string content) =>
        conversation.Exchanges.Any(exchange => exchange.Kind == Kind.Question && ReferenceEquals(exchange.Answer, content));
}
