using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers.Subwords;

/// <summary>Each word is a token, or unknown.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, SubwordOptions options) : SubwordModel(vocabulary)
{
    public override void Tokenize(ReadOnlySpan<char> word, SubwordScratch scratch, Func<int, bool>? isBarred, TokenList output)
    {
        if (TryGetId(word, isBarred, out var id))
            output.Add(id);
        else if (options.UnknownTokenId is { } unknown)
            output.Add(unknown);
    }
}
