using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.Subwords;

/// <summary>BERT's WordPiece: the longest token that begins the rest of the word, again and again; a word that does not come out even is unknown as a whole.</summary>
internal sealed class WordPieceModel(Vocabulary vocabulary, SubwordOptions options) : SubwordModel(vocabulary)
{
    public override void Tokenize(ReadOnlySpan<char> word, SubwordScratch scratch, Func<int, bool>? isBarred, TokenList output)
    {
        var before = output.Count;
        if (CodePoints.Count(word) > options.MaxInputCharsPerWord || !TryTokenize(word, scratch, isBarred, output))
        {
            output.Truncate(before);
            if (options.UnknownTokenId is { } unknown)
                output.Add(unknown);
        }
    }

    private bool TryTokenize(ReadOnlySpan<char> word, SubwordScratch scratch, Func<int, bool>? isBarred, TokenList output)
    {
        var prefix = options.ContinuingSubwordPrefix;
        var text = scratch.Characters(prefix.Length + word.Length);
        prefix.CopyTo(text);
        word.CopyTo(text[prefix.Length..]);
        for (var start = 0; start < word.Length;)
        {
            // The prefix is written over what was taken: it stands in front of the rest.
            if (start > 0)
                prefix.CopyTo(text[start..]);
            var first = start > 0 ? start : prefix.Length;
            var end = Math.Min(word.Length, start + Vocabulary.LongestLength);
            var id = -1;
            while (end > start && !TryGetId(text[first..(prefix.Length + end)], isBarred, out id))
                end = CodePoints.Before(word, end);
            if (end <= start)
                return false;
            output.Add(id);
            start = end;
        }
        return true;
    }
}
