namespace Temoto.Demo.Corpus;

/// <summary>
/// The encoded corpus: 16 bits per token, little-endian. The low 14 bits are the id; bit 15 marks a token of an answer (its loss counts in full),
/// bit 14 the first token of a conversation.
/// </summary>
internal static class TokenStream
{
    public const ushort AnswerBit = 1 << 15;
    public const ushort FirstBit = 1 << 14;

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
            Add(content, bit);
            stream.Add((ushort)(end | bit));
            Add("\n", 0);
        }
        stream.Add((ushort)encoder.SpecialId(SpecialTokens.EndOfText));
        stream[0] |= FirstBit;
        return stream;
    }
}
