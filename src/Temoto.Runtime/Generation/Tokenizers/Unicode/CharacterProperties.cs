using System.Globalization;

namespace Temoto.Generation.Tokenizers.Unicode;

/// <summary>What Unicode says of a code point, in the words of regular expressions and of Hugging Face's tokenizers.</summary>
internal static class CharacterProperties
{
    private static readonly (string Names, Func<int, bool> Has)[] Known =
    [
        ("l|letter", IsLetter),
        ("lu|uppercaseletter", point => Category(point) == UnicodeCategory.UppercaseLetter),
        ("ll|lowercaseletter", point => Category(point) == UnicodeCategory.LowercaseLetter),
        ("lt|titlecaseletter", point => Category(point) == UnicodeCategory.TitlecaseLetter),
        ("lm|modifierletter", point => Category(point) == UnicodeCategory.ModifierLetter),
        ("lo|otherletter", point => Category(point) == UnicodeCategory.OtherLetter),
        ("m|mark|combiningmark", IsMark),
        ("mn|nonspacingmark", IsNonSpacingMark),
        ("mc|spacingmark", point => Category(point) == UnicodeCategory.SpacingCombiningMark),
        ("me|enclosingmark", point => Category(point) == UnicodeCategory.EnclosingMark),
        ("n|number", IsNumeric),
        ("nd|decimalnumber|digit", point => Category(point) == UnicodeCategory.DecimalDigitNumber),
        ("nl|letternumber", point => Category(point) == UnicodeCategory.LetterNumber),
        ("no|othernumber", point => Category(point) == UnicodeCategory.OtherNumber),
        ("p|punctuation|punct", IsPunctuation),
        ("pc|connectorpunctuation", point => Category(point) == UnicodeCategory.ConnectorPunctuation),
        ("pd|dashpunctuation", point => Category(point) == UnicodeCategory.DashPunctuation),
        ("ps|openpunctuation", point => Category(point) == UnicodeCategory.OpenPunctuation),
        ("pe|closepunctuation", point => Category(point) == UnicodeCategory.ClosePunctuation),
        ("pi|initialpunctuation", point => Category(point) == UnicodeCategory.InitialQuotePunctuation),
        ("pf|finalpunctuation", point => Category(point) == UnicodeCategory.FinalQuotePunctuation),
        ("po|otherpunctuation", point => Category(point) == UnicodeCategory.OtherPunctuation),
        ("s|symbol", point => Category(point) is UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherSymbol),
        ("sm|mathsymbol", point => Category(point) == UnicodeCategory.MathSymbol),
        ("sc|currencysymbol", point => Category(point) == UnicodeCategory.CurrencySymbol),
        ("sk|modifiersymbol", point => Category(point) == UnicodeCategory.ModifierSymbol),
        ("so|othersymbol", point => Category(point) == UnicodeCategory.OtherSymbol),
        ("z|separator", point => Category(point) is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator),
        ("zs|spaceseparator", point => Category(point) == UnicodeCategory.SpaceSeparator),
        ("zl|lineseparator", point => Category(point) == UnicodeCategory.LineSeparator),
        ("zp|paragraphseparator", point => Category(point) == UnicodeCategory.ParagraphSeparator),
        ("c|other", point => Category(point) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned),
        ("cc|control|cntrl", point => Category(point) == UnicodeCategory.Control),
        ("cf|format", point => Category(point) == UnicodeCategory.Format),
        ("co|privateuse", point => Category(point) == UnicodeCategory.PrivateUse),
        ("cn|unassigned", point => Category(point) == UnicodeCategory.OtherNotAssigned),
        ("alpha|alphabetic", IsAlphabetic),
        ("alnum", point => IsAlphabetic(point) || Category(point) == UnicodeCategory.DecimalDigitNumber),
        ("upper|uppercase", point => Category(point) == UnicodeCategory.UppercaseLetter),
        ("lower|lowercase", point => Category(point) == UnicodeCategory.LowercaseLetter),
        ("space|whitespace", IsSpace),
        ("blank", point => point == '\t' || Category(point) == UnicodeCategory.SpaceSeparator),
        ("xdigit|asciihexdigit", point => point < 128 && char.IsAsciiHexDigit((char)point)),
        ("word", IsWord),
        ("ascii", point => point < 128),
        ("any", _ => true),
    ];

    /// <summary>The property or script of this name, whatever its case, spaces, hyphens and underscores; null where none is known.</summary>
    public static Func<int, bool>? Named(string name)
    {
        var plain = Plain(name);
        foreach (var (names, has) in Known)
        {
            if (names.Split('|').Contains(plain))
                return has;
        }
        var script = Scripts.Named(name);
        return script == Scripts.None ? null : point => Scripts.Of(point) == script;
    }

    /// <summary>A name without case, spaces, hyphens and underscores.</summary>
    public static string Plain(string name) => new([.. name.Where(c => c is not (' ' or '_' or '-')).Select(char.ToLowerInvariant)]);

    /// <summary><c>\p{L}</c>.</summary>
    public static bool IsLetter(int point) => CharacterClasses.Of(point) == CharacterClass.Letter;

    /// <summary><c>\p{N}</c>, Rust's <c>is_numeric</c>.</summary>
    public static bool IsNumeric(int point) => CharacterClasses.Of(point) == CharacterClass.Number;

    /// <summary><c>\p{M}</c>.</summary>
    public static bool IsMark(int point) => Category(point) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    public static bool IsNonSpacingMark(int point) => Category(point) == UnicodeCategory.NonSpacingMark;

    /// <summary><c>\p{P}</c>.</summary>
    public static bool IsPunctuation(int point) => Category(point) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
        or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    /// <summary>Punctuation and the symbols of ASCII, as BERT counts them.</summary>
    public static bool IsPunctuationOrAsciiSymbol(int point) => point < 128 ? point > ' ' && point < 127 && !char.IsAsciiLetterOrDigit((char)point) : IsPunctuation(point);

    /// <summary>Controls, formats and private use, but not what is unassigned.</summary>
    public static bool IsOther(int point) => Category(point) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    /// <summary><c>\s</c>, Unicode's White_Space.</summary>
    public static bool IsSpace(int point) => CharacterClasses.Of(point) == CharacterClass.Space;

    /// <summary><c>\w</c>.</summary>
    public static bool IsWord(int point) => System.Text.Rune.IsValid(point) && CharacterClasses.IsWord(new System.Text.Rune(point));

    /// <summary><c>\w</c> and <c>\b</c> of Oniguruma outside classes, which take the superscript digits and fractions of Latin-1 for word characters.</summary>
    public static bool IsWordOutsideClasses(int point) => point is 0xB2 or 0xB3 or 0xB9 or (>= 0xBC and <= 0xBE) || IsWord(point);

    private static bool IsAlphabetic(int point) => IsLetter(point) || Category(point) == UnicodeCategory.LetterNumber;

    private static UnicodeCategory Category(int point) => CharUnicodeInfo.GetUnicodeCategory(point);
}
