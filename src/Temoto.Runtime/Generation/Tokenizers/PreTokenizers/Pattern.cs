using Temoto.Generation.Tokenizers.Expressions;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>What text is split at or replaced by.</summary>
internal abstract class Pattern
{
    /// <summary>The first match at or after a place; false where there is none.</summary>
    public abstract bool Find(ReadOnlySpan<char> text, int from, MatchBudget budget, out int start, out int end);

    /// <summary>Where to look for the match after one: an empty one is not found twice.</summary>
    public static int Beyond(ReadOnlySpan<char> text, int start, int end)
    {
        if (end > start || end == text.Length)
            return end;
        CodePoints.At(text, end, out var length);
        return end + length;
    }
}

/// <summary>Matches of a regular expression.</summary>
internal sealed class ExpressionPattern(Expression expression) : Pattern
{
    public override bool Find(ReadOnlySpan<char> text, int from, MatchBudget budget, out int start, out int end) => expression.Find(text, from, budget, out start, out end);
}

/// <summary>Occurrences of a string.</summary>
internal sealed class TextPattern(string searched) : Pattern
{
    public override bool Find(ReadOnlySpan<char> text, int from, MatchBudget budget, out int start, out int end)
    {
        var offset = searched.Length == 0 ? -1 : text[from..].IndexOf(searched);
        (start, end) = (from + offset, from + offset + searched.Length);
        return offset >= 0;
    }
}

/// <summary>Single code points that pass a test.</summary>
internal sealed class PointPattern(Func<int, bool> has) : Pattern
{
    public override bool Find(ReadOnlySpan<char> text, int from, MatchBudget budget, out int start, out int end)
    {
        for (start = from; start < text.Length; start = end)
        {
            var point = CodePoints.At(text, start, out var length);
            end = start + length;
            if (has(point))
                return true;
        }
        end = start;
        return false;
    }
}

/// <summary>Runs of word characters, and runs of what is neither those nor space: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WordPattern : Pattern
{
    public override bool Find(ReadOnlySpan<char> text, int from, MatchBudget budget, out int start, out int end)
    {
        for (start = from; start < text.Length; start = end)
        {
            var point = CodePoints.At(text, start, out var length);
            end = start + length;
            if (CharacterProperties.IsSpace(point))
                continue;
            var isWord = CharacterProperties.IsWord(point);
            while (end < text.Length && CodePoints.At(text, end, out length) is var next && CharacterProperties.IsWord(next) == isWord && (isWord || !CharacterProperties.IsSpace(next)))
                end += length;
            return true;
        }
        end = start;
        return false;
    }
}

/// <summary>The words of a splitter that is written by hand; they cover the text.</summary>
internal sealed class SplitterPattern(Formats.Tokenizers.PreTokenizerKind kind) : Pattern
{
    public override bool Find(ReadOnlySpan<char> text, int from, MatchBudget budget, out int start, out int end)
    {
        start = from;
        end = from < text.Length ? WordSplitter.EndOfWord(kind, text, from) : from;
        return from < text.Length;
    }
}
