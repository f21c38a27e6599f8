namespace Temoto.Tests.Grammars.Gbnf;

/// <summary>Random texts that often are of a recursive form, and readers that say whether they are.</summary>
internal static class RandomTexts
{
    /// <summary>Balanced, then perhaps changed in a place or two.</summary>
    public static string Brackets(Random random)
    {
        string Make(int depth) => string.Concat(Enumerable.Range(0, random.Next(0, 3)).Select(_ => (depth, random.Next(3)) switch
        {
            (0, _) or (_, 0) => "x",
            (_, 1) => $"({Make(depth - 1)})",
            _ => $"[{Make(depth - 1)}]",
        }));
        return Changed(random, Make(5), "()[]xy");
    }

    public static bool IsBalanced(string text)
    {
        var open = new Stack<char>();
        foreach (var value in text)
        {
            if (value is '(' or '[')
                open.Push(value);
            else if (value is ')' or ']' ? !open.TryPop(out var last) || last != (value == ')' ? '(' : '[') : value != 'x')
                return false;
        }
        return open.Count == 0;
    }

    public static string Sum(Random random)
    {
        string Make(int depth) => (depth, random.Next(5)) switch
        {
            (0, _) or (_, 0) => $"{random.Next(100)}",
            (_, 1) => $"({Make(depth - 1)})",
            (_, 2) => $"-({Make(depth - 1)})",
            (_, 3) => $"{Make(depth - 1)}*{Make(depth - 1)}",
            _ => $"{Make(depth - 1)}+{Make(depth - 1)}",
        };
        return Changed(random, Make(3), "()+-*/1");
    }

    private static string Changed(Random random, string text, string letters)
    {
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            var at = random.Next(text.Length + 1);
            text = random.Next(2) == 0 ? text.Insert(at, $"{letters[random.Next(letters.Length)]}") : text.Remove(Math.Min(at, Math.Max(0, text.Length - 1)), Math.Min(1, text.Length));
        }
        return text;
    }

    /// <summary>By descent, with one character of sight.</summary>
    internal sealed class SumReader(string text)
    {
        private int at;

        public bool IsSum() => Sum() && at == text.Length;

        private bool Sum() => Several(Product, "+-");

        private bool Product() => Several(Factor, "*/");

        private bool Several(Func<bool> part, string between)
        {
            if (!part())
                return false;
            while (at < text.Length && between.Contains(text[at]))
            {
                at++;
                if (!part())
                    return false;
            }
            return true;
        }

        private bool Factor()
        {
            if (at == text.Length)
                return false;
            if (text[at] is '-' or '(')
                return text[at++] == '-' ? Factor() : Sum() && at < text.Length && text[at++] == ')';
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            return at > start;
        }
    }
}
