namespace Temoto.Tests.Grammars.Gbnf;

/// <summary>Random regular languages, written as a grammar and as an expression of .NET.</summary>
internal static class RandomRegular
{
    /// <param name="isRecursive">Rules name themselves behind a character that no text holds, so that they are followed as recursive ones are.</param>
    public static (string Grammar, string Pattern) Make(Random random, bool isRecursive)
    {
        var (lines, patterns) = (new List<string>(), new List<string>());
        for (var rule = 3; rule >= 0; rule--)
        {
            var name = rule == 0 ? "root" : $"r{rule}";
            var (written, pattern) = Part(random, 3, patterns);
            lines.Add($"{name} ::= {written}{(isRecursive ? $" | \"\\x01\" {name}" : "")}");
            patterns.Add(pattern);
        }
        return (string.Join('\n', lines), patterns[^1]);
    }

    /// <param name="rules">Patterns of the rules that may be named, r3 first.</param>
    private static (string Written, string Pattern) Part(Random random, int depth, List<string> rules)
    {
        switch (random.Next(depth == 0 ? 3 : 8))
        {
            case 0:
                var letters = string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => "abcé€"[random.Next(5)]));
                return ($"\"{letters}\"", $"(?:{letters})");
            case 1:
                return new[] { ("[a-b]", "[a-b]"), ("[^a]", "[^a]"), (".", "."), ("[é€\\n]", "[é€\\n]"), ("[^b-\\u20AC]", "[^b-\u20AC]"), ("[a-]", "[a-]"), ("[-\\x61]", "[a-]") }[random.Next(7)];
            case 2 when rules.Count > 0:
                var named = random.Next(rules.Count);
                return ($"r{3 - named}", $"(?:{rules[named]})");
            case 3 or 4:
                var ways = Enumerable.Range(0, random.Next(2, 4)).Select(_ => Part(random, depth - 1, rules)).ToArray();
                return ($"({string.Join(random.Next(2) == 0 ? "|" : " # or\n | ", ways.Select(way => way.Written))})", $"(?:{string.Join('|', ways.Select(way => way.Pattern))})");
            case 5 or 6:
                var parts = Enumerable.Range(0, random.Next(2, 4)).Select(_ => Part(random, depth - 1, rules)).ToArray();
                return ($"({string.Join(' ', parts.Select(part => part.Written))})", $"(?:{string.Concat(parts.Select(part => part.Pattern))})");
            default:
                var body = Part(random, Math.Max(depth - 1, 0), rules);
                var times = new[] { "*", "+", "?", "{2}", "{1,}", "{0,2}", "{1,3}", "{0}" }[random.Next(8)];
                return ($"({body.Written}){times}", $"(?:{body.Pattern}){times}");
        }
    }
}
