using Temoto.Generation.Tokenizers.Expressions;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Generation.Tokenizers.PreTokenizers;

/// <summary>What text is split at or replaced by.</summary>
internal abstract class Pattern
{
    /// <summary>The first match at or after a place; false where there is none.</summary>
    public abstract bool Find(ReadOnlySpan<char> text, int from, MatchBudget budget, out int start, out int end);

    /// <summary>All matches, from left to right.</summary>
    public Matches All(ReadOnlySpan<char> text, MatchBudget budget) => new(this, text, budget);

    /// <summary>Goes through the matches of a text, each behind the one before. An empty match right behind another is none.</summary>
    internal ref struct Matches(Pattern pattern, ReadOnlySpan<char> text, MatchBudget budget)
    {
        private readonly ReadOnlySpan<char> text = text;
        private int from;
        private int lastEnd = -1;

        /// <summary>Of the match at hand.</summary>
        public int Start { get; private set; }

        /// <summary>Of the match at hand; may be its start.</summary>
        public int End { get; private set; }

        public bool Next()
        {
            while (from <= text.Length && pattern.Find(text, from, budget, out var start, out var end))
            {
                var isEmpty = start == end;
                from = isEmpty ? Beyond(end) : end;
                if (isEmpty && end == lastEnd)
                    continue;
                (Start, End, lastEnd) = (start, end, end);
                return true;
            }
            return false;
        }

        /// <summary>Behind the code point at a place, and behind the end of the text.</summary>
        private readonly int Beyond(int at)
        {
            if (at == text.Length)
                return at + 1;
            CodePoints.At(text, at, out var length);
            return at + length;
        }
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
