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
        for (var from = 0; pattern.Find(characters, from, budget, out var start, out var end); from = Pattern.Beyond(characters, start, end))
        {
            Copy(text, characters, done, start);
            text.From(start);
            text.Append(content);
            done = end;
            if (end == characters.Length)
                break;
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
