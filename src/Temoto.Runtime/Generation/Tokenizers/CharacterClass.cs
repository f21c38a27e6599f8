using System.Globalization;
using System.Text;

namespace Temoto.Generation.Tokenizers;

/// <summary>The classes that pre-tokenizers tell apart.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Everything else: <c>[^\s\p{L}\p{N}]</c>.</summary>
    Other,

    /// <summary><c>\p{L}</c>.</summary>
    Letter,

    /// <summary><c>\p{N}</c>.</summary>
    Number,

    /// <summary><c>\s</c>, Unicode's White_Space.</summary>
    Space,
}

internal static class CharacterClasses
{
    // One letter per ASCII character: O other, S space, N number, L letter.
    private static readonly CharacterClass[] Ascii = ClassesBelow(128);

    /// <summary>
    /// The class of the code point at <paramref name="at"/>, and its length in UTF-16 units. Half a surrogate pair is Other,
    /// as the U+FFFD that it is encoded as.
    /// </summary>
    public static CharacterClass At(ReadOnlySpan<char> text, int at, out int length)
    {
        var unit = text[at];
        length = 1;
        if (unit < 128)
            return Ascii[unit];
        if (!char.IsSurrogate(unit))
            return Classify(CharUnicodeInfo.GetUnicodeCategory(unit), unit);
        if (!char.IsHighSurrogate(unit) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]))
            return CharacterClass.Other;
        length = 2;
        var codePoint = char.ConvertToUtf32(unit, text[at + 1]);
        return Classify(CharUnicodeInfo.GetUnicodeCategory(codePoint), codePoint);
    }

    /// <summary>The class of a code point.</summary>
    public static CharacterClass Of(int point) => (uint)point < 128 ? Ascii[point] : Classify(CharUnicodeInfo.GetUnicodeCategory(point), point);

    /// <summary>Unicode's White_Space; all of it lies in the BMP.</summary>
    public static bool IsSpace(char unit) =>
        unit < 128 ? Ascii[unit] == CharacterClass.Space : Classify(CharUnicodeInfo.GetUnicodeCategory(unit), unit) == CharacterClass.Space;

    /// <summary><c>\w</c>: alphabetic, marks, decimal digits, connectors, joiners (UTS 18, annex C).</summary>
    public static bool IsWord(Rune rune)
    {
        if (rune.Value is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189))
            return true;
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.EnclosingMark or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation;
    }

    private static CharacterClass[] ClassesBelow(int end)
    {
        var classes = new CharacterClass[end];
        for (var point = 0; point < end; point++)
            classes[point] = Classify(CharUnicodeInfo.GetUnicodeCategory(point), point);
        return classes;
    }

    private static CharacterClass Classify(UnicodeCategory category, int codePoint) => category switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => CharacterClass.Space,
        UnicodeCategory.Control when codePoint is (>= 9 and <= 13) or 0x85 => CharacterClass.Space,
        _ => CharacterClass.Other,
    };
}
