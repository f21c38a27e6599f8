using Temoto.Generation.Tokenizers.Expressions;
using Temoto.Generation.Tokenizers.PreTokenizers;

namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>Replaces every match.</summary>
internal sealed class ReplacePattern(Pattern pattern, string content) : INormalizer
{
    [ThreadStatic]
    private static MatchBudget? budgetOfThread;

    public void Normalize(NormalizedText text)
    {
        var characters = text.Text;
        var budget = budgetOfThread ??= new MatchBudget();
        budget.Begin(characters.Length);
        text.Begin();
        var done = 0;
        for (var matches = pattern.All(characters, budget); matches.Next(); done = matches.End)
        {
            Copy(text, characters, done, matches.Start);
            text.From(matches.Start);
            text.Append(content);
        }
        Copy(text, characters, done, characters.Length);
        text.End();
    }

    private static void Copy(NormalizedText text, ReadOnlySpan<char> characters, int start, int end)
    {
        if (start == end)
            return;
        // The first character's own end may lie within.
        var origin = Math.Clamp(text.OriginLength, start, end);
        text.From(start);
        text.Append(characters[start..origin]);
        text.From(origin);
        text.Append(characters[origin..end]);
    }
}
