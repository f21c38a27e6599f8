using System.Text;
using Temoto.Generation.Tokenizers.Expressions;
using Temoto.Generation.Tokenizers.PreTokenizers;

namespace Temoto.Generation.Tokenizers.Decoders;

/// <summary>Replaces every match in each text.</summary>
internal sealed class ReplaceDecoder(Pattern pattern, string content) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var budget = new MatchBudget();
        return [.. tokens.Select(token => Replace(token, budget))];
    }

    private string Replace(string text, MatchBudget budget)
    {
        budget.Begin(text.Length);
        var replaced = new StringBuilder();
        var done = 0;
        for (var matches = pattern.All(text, budget); matches.Next(); done = matches.End)
            replaced.Append(text, done, matches.Start - done).Append(content);
        return done == 0 && replaced.Length == 0 ? text : replaced.Append(text, done, text.Length - done).ToString();
    }
}
