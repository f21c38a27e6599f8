using System.Text;
using Temoto.Grammars;

namespace Temoto.Tests.Grammars;

/// <summary>An answer as a model would write it whose every logit is drawn anew: any token that the mask allows.</summary>
internal static class RandomWalk
{
    /// <summary>Null where the answer has not come to its end within the tokens.</summary>
    /// <param name="patience">Tokens after which it takes what brings an end near: quotes and brackets that close, and names.</param>
    /// <param name="names">Of members that may be required, which nobody would find by chance.</param>
    public static string? Answer(Grammar grammar, Random random, int patience, int most, IReadOnlyList<string> names)
    {
        var (matcher, mask, bytes) = (grammar.NewMatcher(), new ulong[grammar.Vocabulary.MaskWords], new List<byte>());
        for (var step = 0; step < most; step++)
        {
            if (step > patience && BeginsName(bytes) && Named(matcher, names, random) is { } name)
            {
                bytes.AddRange(name);
                continue;
            }
            matcher.ComputeMask(mask);
            var allowed = Enumerable.Range(0, grammar.Vocabulary.Count).Where(id => (mask[id >> 6] >> id & 1) != 0).ToArray();
            Assert.True(allowed.Length > 0, $"no token may follow {Text(bytes)}");
            var id = Choose(grammar.Vocabulary, allowed, random, isHasty: step > patience);
            if (grammar.Vocabulary.EndTokens.Contains(id))
                return Text(bytes);
            Assert.True(matcher.Accept(id));
            bytes.AddRange(grammar.Vocabulary.BytesOf(id));
        }
        return matcher.CanEnd ? Text(bytes) : null;
    }

    private static bool BeginsName(List<byte> bytes) => bytes is [.., (byte)'{' or (byte)',', (byte)'"'];

    /// <summary>A name that may come here, with the quote behind it.</summary>
    private static byte[]? Named(GrammarMatcher matcher, IReadOnlyList<string> names, Random random)
    {
        var order = names.ToArray();
        random.Shuffle(order);
        return order.Select(name => Encoding.UTF8.GetBytes(name + "\"")).FirstOrDefault(name => matcher.Accept(name));
    }

    /// <summary>In a hurry: the end, else what closes or is a quote, else what opens nothing and is no white space.</summary>
    private static int Choose(TokenVocabulary vocabulary, int[] allowed, Random random, bool isHasty)
    {
        Func<int, bool>[] wishes =
        [
            vocabulary.EndTokens.Contains,
            id => vocabulary.BytesOf(id) is [(byte)'}' or (byte)']' or (byte)'"'],
            id => vocabulary.BytesOf(id) is [not ((byte)'{' or (byte)'[' or (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')],
        ];
        if (isHasty || random.Next(3) == 0)
        {
            foreach (var wish in wishes)
            {
                var wanted = allowed.Where(wish).ToArray();
                if (wanted.Length > 0)
                    return wanted[random.Next(wanted.Length)];
            }
        }
        return allowed[random.Next(allowed.Length)];
    }

    private static string Text(List<byte> bytes) => Encoding.UTF8.GetString([.. bytes]);
}
