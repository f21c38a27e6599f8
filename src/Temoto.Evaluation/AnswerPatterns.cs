using System.Text.Json;
using System.Text.RegularExpressions;
using Temoto.Generation.Tokenizers.Normalizers;
using Temoto.Generation.Tokenizers.Unicode;

namespace Temoto.Evaluation;

/// <summary>
/// What a right answer in anybody's words has in common: expressions that must all be found in it, and others of which none may be. They are .NET
/// expressions that need no backtracking, so that no answer can make them slow; letters of either case match, and the answer is brought to
/// Unicode's form KC first (half-width digits, full-width kana).
/// </summary>
internal sealed class AnswerPatterns
{
    private const int MaxPatternCharacters = 4096;

    private static readonly NormalFormNormalizer Normalizer = new(NormalForm.Nfkc);

    private readonly Regex[] must;
    private readonly Regex[] mustNot;

    private AnswerPatterns(Regex[] must, Regex[] mustNot) => (this.must, this.mustNot) = (must, mustNot);

    /// <summary>The patterns as they stand in the row, for a message: <c>must /a/ /b/, must not /c/</c>.</summary>
    public override string ToString() => $"must {Listed(must)}{(mustNot.Length > 0 ? $", must not {Listed(mustNot)}" : "")}";

    public bool Accept(string answer)
    {
        var text = new NormalizedText();
        text.Set(answer, isStart: true);
        Normalizer.Normalize(text);
        var normal = text.Text.ToString();
        return must.All(pattern => pattern.IsMatch(normal)) && !mustNot.Any(pattern => pattern.IsMatch(normal));
    }

    /// <summary>Reads <c>"must": [...], "must_not": [...]</c> of a row.</summary>
    /// <exception cref="FormatException">An expression that cannot be read, or no expression at all.</exception>
    public static AnswerPatterns Read(JsonElement row)
    {
        var patterns = new AnswerPatterns(Expressions(row, "must"), Expressions(row, "must_not"));
        return patterns.must.Length + patterns.mustNot.Length > 0 ? patterns : throw new FormatException("neither must nor must_not has a pattern");
    }

    private static Regex[] Expressions(JsonElement row, string key) =>
        row.TryGetProperty(key, out var list) ? [.. list.EnumerateArray().Select(element => Expression(key, element.GetString() ?? throw new FormatException($"null in {key}")))] : [];

    private static Regex Expression(string key, string pattern)
    {
        if (pattern.Length > MaxPatternCharacters)
            throw new FormatException($"a pattern of {pattern.Length} characters in {key}, more than {MaxPatternCharacters}");
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"pattern '{pattern}' in {key}: {error.Message}");
        }
    }

    private static string Listed(Regex[] patterns) => string.Join(' ', patterns.Select(pattern => $"/{pattern}/"));
}
