using System.Runtime.InteropServices;

namespace Temoto.Demo.Corpus.Tokenizer;

/// <summary>
/// The encoded corpus: 16 bits per token, little-endian. The low 12 bits are the id; bit 15 marks a token of an answer (its loss counts in full),
/// bit 14 the first token of a conversation, bit 13 a token of an answer's conclusion (its loss counts several times), bit 12 the first token of a
/// branch: conversations that begin with the same tokens stand once with them, each with the rest of its own behind.
/// </summary>
internal static class TokenStream
{
    public const ushort AnswerBit = 1 << 15;
    public const ushort FirstBit = 1 << 14;
    public const ushort KeyBit = 1 << 13;
    public const ushort BranchBit = 1 << 12;

    /// <summary>What the conversations' beginnings have in common, once, and the branches. One conversation has no branch.</summary>
    public static List<ushort> EncodeBranches(BytePairEncoder encoder, IReadOnlyList<Conversation> conversations)
    {
        var streams = conversations.Select(conversation => Encode(encoder, conversation)).ToArray();
        var stream = streams[0];
        if (streams.Length == 1)
            return stream;
        var shared = streams.Skip(1).Min(other => CollectionsMarshal.AsSpan(other).CommonPrefixLength(CollectionsMarshal.AsSpan(stream)));
        var branches = streams.SelectMany(other => other.Skip(shared).Select((token, index) => index == 0 ? (ushort)(token | BranchBit) : token)).ToArray();
        stream.RemoveRange(shared, stream.Count - shared);
        stream.AddRange(branches);
        return stream;
    }

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
