using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Cuts text into words as the pre-tokenizers' regular expressions do, written out by hand over code points: .NET's Regex sees UTF-16 units
/// and never matches <c>\p{L}</c> or <c>\p{N}</c> beyond the BMP. Alternatives are tried in the order of the expression.
/// Every character belongs to exactly one word.
/// </summary>
internal static class WordSplitter
{
    /// <summary>The end of the word that begins at <paramref name="start"/>.</summary>
    public static int EndOfWord(PreTokenizerKind kind, ReadOnlySpan<char> text, int start) => kind switch
    {
        PreTokenizerKind.Gpt2 => Gpt2(text, start),
        PreTokenizerKind.Qwen2 => Qwen2(text, start, mostDigits: 1),
        PreTokenizerKind.Llama3 => Qwen2(text, start, mostDigits: 3),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary><c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c></summary>
    private static int Gpt2(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'')
        {
            var contraction = Contraction(text, start, eitherCase: false);
            if (contraction > 0)
                return start + contraction;
        }
        var first = CharacterClasses.At(text, start, out var length);
        var next = start + length;
        if (text[start] == ' ' && next < text.Length)
        {
            var second = CharacterClasses.At(text, next, out var secondLength);
            if (second != CharacterClass.Space)
                return Run(text, next + secondLength, second);
        }
        return first == CharacterClass.Space ? Spaces(text, start, Run(text, next, CharacterClass.Space)) : Run(text, next, first);
    }

    /// <summary>
    /// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>;
    /// Llama 3 has <c>\p{N}{1,3}</c> for the digits.
    /// </summary>
    private static int Qwen2(ReadOnlySpan<char> text, int start, int mostDigits)
    {
        var unit = text[start];
        if (unit == '\'')
        {
            var contraction = Contraction(text, start, eitherCase: true);
            if (contraction > 0)
                return start + contraction;
        }
        var first = CharacterClasses.At(text, start, out var length);
        var next = start + length;
        if (first == CharacterClass.Letter)
            return Run(text, next, CharacterClass.Letter);
        if (first == CharacterClass.Number)
        {
            for (var digits = 1; digits < mostDigits && next < text.Length && CharacterClasses.At(text, next, out length) == CharacterClass.Number; digits++)
                next += length;
            return next;
        }
        if (next < text.Length)
        {
            var second = CharacterClasses.At(text, next, out var secondLength);
            if (second == CharacterClass.Letter && unit is not ('\r' or '\n'))
                return Run(text, next + secondLength, CharacterClass.Letter);
            if (second == CharacterClass.Other && unit == ' ')
                return LineEnds(text, Run(text, next + secondLength, CharacterClass.Other));
        }
        if (first == CharacterClass.Other)
            return LineEnds(text, Run(text, next, CharacterClass.Other));

        var end = Run(text, next, CharacterClass.Space);
        var lastLineEnd = text[start..end].LastIndexOfAny('\r', '\n');
        return lastLineEnd >= 0 ? start + lastLineEnd + 1 : Spaces(text, start, end);
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: before a word the run of spaces gives up its last one, unless it is the only one.</summary>
    private static int Spaces(ReadOnlySpan<char> text, int start, int end) => end == text.Length || end - start == 1 ? end : end - 1;

    private static int Run(ReadOnlySpan<char> text, int at, CharacterClass kind)
    {
        while (at < text.Length && CharacterClasses.At(text, at, out var length) == kind)
            at += length;
        return at;
    }

    private static int LineEnds(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && text[at] is '\r' or '\n')
            at++;
        return at;
    }

    /// <summary>The length of 's, 't, 're, 've, 'm, 'll or 'd, or 0. Case folding takes U+017F (long s) for an s, as Oniguruma does.</summary>
    private static int Contraction(ReadOnlySpan<char> text, int start, bool eitherCase)
    {
        if (start + 1 >= text.Length)
            return 0;
        var first = Fold(text[start + 1], eitherCase);
        if (first is 's' or 't' or 'm' or 'd')
            return 2;
        if (start + 2 >= text.Length)
            return 0;
        var second = Fold(text[start + 2], eitherCase);
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private static char Fold(char c, bool eitherCase) =>
        !eitherCase ? c : c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c == '\u017F' ? 's' : c;
}
