using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers.Subwords;

/// <summary>Turns a word into tokens (a tokenizer.json's <c>model</c>).</summary>
internal abstract class SubwordModel(Vocabulary vocabulary)
{
    protected Vocabulary Vocabulary => vocabulary;

    /// <summary>Appends the tokens of a word that is not empty.</summary>
    /// <param name="isBarred">Tokens that plain text must not become; null for none.</param>
    public abstract void Tokenize(ReadOnlySpan<char> word, SubwordScratch scratch, Func<int, bool>? isBarred, TokenList output);

    /// <summary>The id of a token, unless it is barred.</summary>
    protected bool TryGetId(ReadOnlySpan<char> token, Func<int, bool>? isBarred, out int id) => vocabulary.TryGetId(token, out id) && isBarred?.Invoke(id) != true;

    /// <summary>Ids of the byte tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, -1 where there is none.</summary>
    protected int[] ByteTokens() => [.. Enumerable.Range(0, 256).Select(value => vocabulary.TryGetId($"<0x{value:X2}>", out var id) ? id : -1)];
}
