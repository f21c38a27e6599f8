using System.Text;
using System.Text.RegularExpressions;

namespace Temoto.Demo.Corpus.Tokenizer;

/// <summary>Cuts text into the pieces that merges stay inside; the pattern is the one of Qwen2, every digit on its own.</summary>
internal static partial class PreTokenizer
{
    public const string Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Pieces of the NFC form, in order.</summary>
    public static List<string> Split(string text)
    {
        var normal = text.Normalize(NormalizationForm.FormC);
        var pieces = new List<string>();
        foreach (var match in Expression().EnumerateMatches(normal))
            pieces.Add(normal.Substring(match.Index, match.Length));
        return pieces;
    }

    [GeneratedRegex(Pattern)]
    private static partial Regex Expression();
}
