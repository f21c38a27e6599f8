using System.Globalization;
using System.Text;

namespace Temoto;

/// <summary>
/// Text of others on a terminal: models, files and servers may hold characters that move the cursor, set the title, turn the order of a line around
/// or look like its end. They are shown
/// as JSON writes them ("\u001B"), so that a document on a terminal still means the same.
/// </summary>
internal static class TerminalText
{
    /// <summary>
    /// Whether a character does no more than stand where it is printed. Newline and tab are left to the caller: a text may have them, a label may
    /// not.
    /// </summary>
    public static bool IsHarmless(Rune rune) => rune.IsAscii ? rune.Value is >= ' ' and < 0x7F : Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Format => MayStay(rune.Value),
        _ => true,
    };

    /// <summary><paramref name="text"/> as one line: also newlines and tabs are shown as what they are.</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Append(line, rune);
        return line.ToString();
    }

    /// <summary>A character as it is, or escaped.</summary>
    public static void Append(StringBuilder text, Rune rune)
    {
        if (IsHarmless(rune))
        {
            text.Append(rune.ToString());
            return;
        }
        foreach (var unit in rune.ToString())
            text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
    }

    /// <summary>
    /// Format characters that words and emoji are written with: joiners, the soft hyphen, marks of direction (they turn no more around than a letter
    /// of that direction would), and signs
    /// that are drawn around digits. Overrides and isolates (U+202A to 202E, U+2066 to 2069), tags and the rest are not among them.
    /// </summary>
    private static bool MayStay(int codePoint) => codePoint is 0xAD or (>= 0x200C and <= 0x200F) or 0x061C
        or (>= 0x0600 and <= 0x0605) or 0x06DD or 0x070F or 0x0890 or 0x0891 or 0x08E2 or 0x110BD or 0x110CD;
}
