namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Recognises the regular expressions that published tokenizers split text with. They are not run: each has a hand-written
/// splitter over code points, so an expression that is not known exactly is refused.
/// </summary>
internal static class PreTokenizerPatterns
{
    private const string SpaceTail = @"|\s+(?!\S)|\s+";
    private const string Gpt2 = @"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+" + SpaceTail;
    private const string Qwen2 = @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+" + SpaceTail;
    private const string Llama3 = @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+" + SpaceTail;

    // Contractions in either case come first in Qwen2's and Llama 3's expression, in lower case only in GPT-2's.
    private static readonly string[] EitherCase = ["(?i:'s|'t|'re|'ve|'m|'ll|'d)", "'(?i:[sdmt]|ll|ve|re)", "(?i:'[sdmt]|'ll|'ve|'re)"];
    private static readonly string[] LowerCase = ["'s|'t|'re|'ve|'m|'ll|'d", "'(?:[sdmt]|ll|ve|re)", "(?:'s|'t|'re|'ve|'m|'ll|'d)"];

    /// <summary>The splitter for an expression, or null where it is not one of the known ones.</summary>
    public static PreTokenizerKind? Recognise(string pattern)
    {
        if (pattern.Contains(@"\s++", StringComparison.Ordinal) || pattern.Contains(@"\s*+", StringComparison.Ordinal))
            return null;
        // Other possessive repeats match the same text here (no alternative needs to give characters back), \s*[\r\n] is greedy over
        // earlier line ends and so equals \s*[\r\n]+, and a trailing \s follows \s+(?!\S), which leaves it one character at most.
        var plain = pattern.Replace("++", "+", StringComparison.Ordinal).Replace("?+", "?", StringComparison.Ordinal)
            .Replace("*+", "*", StringComparison.Ordinal).Replace("{1,3}+", "{1,3}", StringComparison.Ordinal);
        if (plain.Contains(@"|\s*[\r\n]|", StringComparison.Ordinal))
            plain = plain.Replace(@"|\s*[\r\n]|", @"|\s*[\r\n]+|", StringComparison.Ordinal);
        if (plain.EndsWith(@"|\s+(?!\S)|\s", StringComparison.Ordinal))
            plain += "+";
        foreach (var contractions in EitherCase)
        {
            if (plain == contractions + Qwen2)
                return PreTokenizerKind.Qwen2;
            if (plain == contractions + Llama3)
                return PreTokenizerKind.Llama3;
        }
        foreach (var contractions in LowerCase)
        {
            if (plain == contractions + Gpt2)
                return PreTokenizerKind.Gpt2;
        }
        return null;
    }
}
