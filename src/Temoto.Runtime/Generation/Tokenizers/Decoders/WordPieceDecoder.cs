namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>A token with the prefix continues the word, every other begins one; perhaps the spaces before punctuation are taken away.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : TokenDecoder
{
    private static readonly (string Found, string Instead)[] Spaces =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public override List<string> Decode(List<string> tokens) => [.. tokens.Select((token, index) =>
    {
        var text = index == 0 ? token : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        return cleanUp ? CleanUp(text) : text;
    })];

    /// <summary>Hugging Face's <c>clean_up_tokenization_spaces</c>.</summary>
    public static string CleanUp(string text) => Spaces.Aggregate(text, (cleaned, pair) => cleaned.Replace(pair.Found, pair.Instead, StringComparison.Ordinal));
}
