namespace Temoto.Demo.Corpus;

/// <summary>How texts are put together in both languages.</summary>
internal static class Texts
{
    /// <summary>The space before a Japanese particle: after Latin letters, digits and brackets, none after Japanese ones.</summary>
    public static string Gap(string before) => before[^1] < 0x80 ? " " : "";

    public static string Capital(string text) => text.Length > 0 && char.IsAsciiLetterLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;

    /// <summary>"a", "a and b", "a, b and c".</summary>
    public static string And(IReadOnlyList<string> items) => items.Count < 2 ? string.Concat(items) : string.Join(", ", items.Take(items.Count - 1)) + " and " + items[^1];

    /// <summary>Latin letters, digits and signs as the wide characters of Japanese terminals.</summary>
    public static string Wide(string text) => string.Concat(text.Select(character => character is > ' ' and <= '~' ? (char)(character + 0xFEE0) : character));

    /// <summary>The reverse of <see cref="Wide"/>.</summary>
    public static string Narrow(string text) => string.Concat(text.Select(character => character is > '\uFF00' and <= '\uFF5E' ? (char)(character - 0xFEE0) : character));
}
