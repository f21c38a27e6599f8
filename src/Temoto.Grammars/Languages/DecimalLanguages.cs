using System.Numerics;

namespace Temoto.Grammars.Languages;

/// <summary>
/// Numbers as texts of decimal digits. Whatever is asked of a value holds of all its plain texts or of none (1.5 and 1.50, 0 and -0), so that what is left of the plain texts without one of these
/// languages is a language of values too.
/// </summary>
internal static class DecimalLanguages
{
    private static readonly PointSet FromOne = PointSet.Of(('1', '9'));

    /// <summary>Numbers of JSON without exponents.</summary>
    public static Language Plain(LanguageTable table) => table.Sequence(Minus(table), Unsigned(table));

    /// <summary>All numbers of JSON.</summary>
    public static Language Any(LanguageTable table)
    {
        var exponent = table.Sequence(OneOf("eE", table), table.Optional(OneOf("+-", table)), table.Repeat(Digit(table), 1, Language.NoEnd));
        return table.Sequence(Plain(table), table.Optional(exponent));
    }

    /// <param name="pointZero">With zeros behind a point too.</param>
    public static Language Integers(LanguageTable table, bool pointZero)
    {
        var whole = table.Sequence(Minus(table), UnsignedWhole(table));
        return pointZero ? table.Sequence(whole, OptionalZeros(table)) : whole;
    }

    /// <summary>The plain texts of values from a bound up.</summary>
    /// <param name="raw">A number as JSON writes it.</param>
    public static Language AtLeast(string raw, bool exclusive, LanguageTable table) => FromBound(DecimalText.Written(raw), exclusive, isUp: true, table);

    /// <summary>The plain texts of values up to a bound.</summary>
    /// <param name="raw">A number as JSON writes it.</param>
    public static Language AtMost(string raw, bool exclusive, LanguageTable table) => FromBound(DecimalText.Written(raw), exclusive, isUp: false, table);

    /// <summary>The plain texts of one value.</summary>
    /// <param name="raw">A number as JSON writes it.</param>
    public static Language EqualTo(string raw, LanguageTable table)
    {
        var value = DecimalText.Written(raw);
        var size = SizeOf(value, table);
        if (value.IsZero)
            return table.Sequence(Minus(table), size);
        return value.IsNegative ? table.Sequence(table.Text("-"), size) : size;
    }

    /// <summary>The plain texts of the multiples of a number above zero.</summary>
    /// <param name="raw">A number as JSON writes it.</param>
    public static Language MultipleOf(string raw, LanguageTable table)
    {
        var value = DecimalText.Written(raw);
        if (value.IsZero || value.IsNegative)
            throw new GrammarException("", $"multiples of {value.Smallest()}", "a number above zero", "leave it out");
        var unit = BigInteger.Parse(value.Digits) * BigInteger.Pow(10, (int)BigInteger.Max(0, value.Exponent));
        var multiples = table.Multiple(unit, (int)BigInteger.Max(0, -value.Exponent), 0, -1);
        return table.Sequence(Minus(table), table.Intersection(Unsigned(table), multiples));
    }

    /// <summary>The shortest text of a number: without an exponent where it has fewer than 22 digits.</summary>
    /// <param name="raw">A number as JSON writes it.</param>
    public static string SmallestText(string raw) => DecimalText.Of(raw).Smallest();

    private static Language FromBound(DecimalText bound, bool exclusive, bool isUp, LanguageTable table)
    {
        var minus = table.Text("-");
        var size = exclusive ? table.Nothing : SizeOf(bound, table);
        if (bound.IsZero)
        {
            var beyond = SizesBeside(bound, isAbove: true, table);
            // Zero may have a sign; all else that has one is on the other side.
            return isUp
                ? table.Union(beyond, table.Sequence(Minus(table), size))
                : table.Union(table.Sequence(minus, beyond), table.Sequence(Minus(table), size));
        }
        // Away from zero the bound's side has one sign only.
        var isAway = bound.IsNegative != isUp;
        var sizes = table.Union(SizesBeside(bound, isAway, table), size);
        if (isAway)
            return bound.IsNegative ? table.Sequence(minus, sizes) : sizes;
        return bound.IsNegative ? table.Union(Unsigned(table), table.Sequence(minus, sizes)) : table.Union(sizes, table.Sequence(minus, Unsigned(table)));
    }

    /// <summary>Texts without a sign of the size of a value.</summary>
    private static Language SizeOf(DecimalText value, LanguageTable table) => value.Fraction.Length == 0
        ? table.Sequence(table.Text(value.Whole), OptionalZeros(table))
        : table.Sequence(table.Text($"{value.Whole}.{value.Fraction}"), table.Repeat(table.Text("0"), 0, Language.NoEnd));

    /// <summary>Texts without a sign of all sizes above that of a value, or of all below.</summary>
    private static Language SizesBeside(DecimalText value, bool isAbove, LanguageTable table)
    {
        var whole = value.Whole;
        var fraction = table.Optional(Behind(table.Repeat(Digit(table), 1, Language.NoEnd), table));
        var rest = isAbove ? Behind(FractionsAbove(value.Fraction, table), table) : FractionsBelow(value.Fraction, table);
        for (var i = whole.Length - 1; i >= 0; i--)
        {
            var others = table.Points(Beside(whole[i], isAbove, i == 0 && whole.Length > 1 ? '1' : '0'));
            rest = table.Union(table.Sequence(table.Text(whole[i..(i + 1)]), rest), table.Sequence(others, table.Repeat(Digit(table), whole.Length - 1 - i, whole.Length - 1 - i), fraction));
        }
        return table.Union(rest, table.Sequence(WholesOfOtherLength(whole, isAbove, table), fraction));
    }

    private static Language WholesOfOtherLength(string whole, bool isAbove, LanguageTable table)
    {
        if (isAbove)
            return table.Sequence(table.Points(FromOne), table.Repeat(Digit(table), whole.Length, Language.NoEnd));
        return whole.Length == 1 ? table.Nothing : table.Union(table.Text("0"), table.Sequence(table.Points(FromOne), table.Repeat(Digit(table), 0, whole.Length - 2)));
    }

    /// <summary>Digits behind the point, at least one, of more than a fraction.</summary>
    private static Language FractionsAbove(string fraction, LanguageTable table)
    {
        var anything = table.Repeat(Digit(table), 0, Language.NoEnd);
        var rest = table.Sequence(table.Repeat(table.Text("0"), 0, Language.NoEnd), table.Points(FromOne), anything);
        for (var i = fraction.Length - 1; i >= 0; i--)
            rest = table.Union(table.Sequence(table.Text(fraction[i..(i + 1)]), rest), table.Sequence(table.Points(Beside(fraction[i], true, '0')), anything));
        return rest;
    }

    /// <summary>What may stand behind a whole number so that the fraction is less than another, from the point on; nothing too, but not behind the point. A fraction ends in no zero, so whatever it begins with is less.</summary>
    private static Language FractionsBelow(string fraction, LanguageTable table)
    {
        if (fraction.Length == 0)
            return table.Nothing;
        var anything = table.Repeat(Digit(table), 0, Language.NoEnd);
        var rest = table.Nothing;
        for (var i = fraction.Length - 1; i >= 0; i--)
        {
            rest = table.Union(table.Sequence(table.Text(fraction[i..(i + 1)]), rest), table.Sequence(table.Points(Beside(fraction[i], false, '0')), anything));
            if (i > 0)
                rest = table.Optional(rest);
        }
        return table.Optional(Behind(rest, table));
    }

    private static PointSet Beside(char digit, bool isAbove, char least) => isAbove ? PointSet.Of((digit + 1, '9')) : PointSet.Of((least, digit - 1));

    private static Language Behind(Language digits, LanguageTable table) => table.Sequence(table.Text("."), digits);

    private static Language Unsigned(LanguageTable table) => table.Sequence(UnsignedWhole(table), table.Optional(Behind(table.Repeat(Digit(table), 1, Language.NoEnd), table)));

    private static Language UnsignedWhole(LanguageTable table) => table.Union(table.Text("0"), table.Sequence(table.Points(FromOne), table.Repeat(Digit(table), 0, Language.NoEnd)));

    private static Language OptionalZeros(LanguageTable table) => table.Optional(Behind(table.Repeat(table.Text("0"), 1, Language.NoEnd), table));

    private static Language Minus(LanguageTable table) => table.Optional(table.Text("-"));

    private static Language Digit(LanguageTable table) => table.Points(EcmaClasses.Digits);

    private static Language OneOf(string characters, LanguageTable table) => table.Points(PointSet.Of([.. characters.Select(character => ((int)character, (int)character))]));
}
