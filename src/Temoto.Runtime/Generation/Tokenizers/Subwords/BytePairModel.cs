using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Subwords;

/// <summary>
/// BPE over characters: each becomes a token (with a prefix unless it begins the word, with a suffix if it ends it), or its bytes do, or the unknown token; then neighbours merge by rank.
/// </summary>
internal sealed class BytePairModel : SubwordModel
{
    private readonly SubwordOptions options;
    private readonly MergeTable merges;

    /// <summary>Tokens that are taken wherever they stand; null where there are none.</summary>
    private readonly TokenTrie? whole;

    public BytePairModel(Vocabulary vocabulary, SubwordOptions options, MergeTable merges)
        : base(vocabulary)
    {
        this.options = options;
        this.merges = merges;
        whole = options.WholeTokenIds.Count == 0 ? null : new TokenTrie(vocabulary, options.WholeTokenIds);
    }

    public override void Tokenize(ReadOnlySpan<char> word, SubwordScratch scratch, Func<int, bool>? isBarred, TokenList output)
    {
        if (options.IgnoreMerges && TryGetId(word, isBarred, out var whole))
        {
            output.Add(whole);
            return;
        }
        // A character is a token, or up to four bytes with those of prefix and suffix, or unknown.
        var symbols = scratch.Symbols(3 * (word.Length + (word.Length * options.ContinuingSubwordPrefix.Length) + options.EndOfWordSuffix.Length) + 1);
        var count = Symbols(word, scratch, isBarred, symbols);
        count = scratch.Merger.Merge(merges, symbols[..count]);
        output.AddRange(symbols[..count]);
    }

    private int Symbols(ReadOnlySpan<char> word, SubwordScratch scratch, Func<int, bool>? isBarred, Span<int> symbols)
    {
        var (prefix, suffix) = (options.ContinuingSubwordPrefix, options.EndOfWordSuffix);
        var text = scratch.Characters(prefix.Length + 2 + suffix.Length);
        var (count, unknowns) = (0, 0);
        for (var at = 0; at < word.Length;)
        {
            if (whole is not null && whole.Longest(word[at..], out var taken) is var known and >= 0)
            {
                AddUnknown(symbols, ref count, ref unknowns);
                symbols[count++] = known;
                at += taken;
                continue;
            }
            var point = CodePoints.At(word, at, out var length);
            var used = 0;
            if (at > 0)
                used = Put(prefix, text, used);
            used += CodePoints.Write(point, text[used..]);
            at += length;
            if (at == word.Length)
                used = Put(suffix, text, used);
            if (TryGetId(text[..used], isBarred, out var id))
            {
                AddUnknown(symbols, ref count, ref unknowns);
                symbols[count++] = id;
            }
            else if (options.ByteFallback && WriteBytes(text[..used], symbols[count..]) is var bytes and >= 0)
            {
                count += bytes;
            }
            else
            {
                // One that waits is not written before bytes; that is how Hugging Face's tokenizers do it.
                if (!options.FuseUnknown)
                    AddUnknown(symbols, ref count, ref unknowns);
                unknowns = 1;
            }
        }
        AddUnknown(symbols, ref count, ref unknowns);
        return count;
    }

    private static int Put(string part, Span<char> text, int used)
    {
        part.CopyTo(text[used..]);
        return used + part.Length;
    }

    private void AddUnknown(Span<int> symbols, ref int count, ref int unknowns)
    {
        if (unknowns > 0 && options.UnknownTokenId is { } unknown)
            symbols[count++] = unknown;
        unknowns = 0;
    }
}
