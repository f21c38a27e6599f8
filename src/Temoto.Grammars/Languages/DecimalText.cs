using System.Globalization;
using System.Numerics;

namespace Temoto.Grammars.Languages;

/// <summary>The value of a JSON number, exactly: digits * 10^exponent, with no zero at either end of the digits; zero has none, and no sign.</summary>
internal readonly record struct DecimalText(bool IsNegative, string Digits, BigInteger Exponent)
{
    private const int MostDigits = 400;

    public bool IsZero => Digits.Length == 0;

    /// <summary>Digits of it when written without an exponent.</summary>
    private BigInteger PlainDigits => Exponent >= 0 ? BigInteger.Max(1, Digits.Length + Exponent) : BigInteger.Max(Digits.Length, 1 - Exponent);

    public static DecimalText Of(string raw)
    {
        var isNegative = raw.StartsWith('-');
        var mark = raw.AsSpan().IndexOfAny('e', 'E');
        var mantissa = raw[(isNegative ? 1 : 0)..(mark < 0 ? raw.Length : mark)];
        var point = mantissa.IndexOf('.');
        var digits = mantissa.Replace(".", "").TrimStart('0');
        var kept = digits.TrimEnd('0');
        if (kept.Length == 0)
            return new DecimalText(false, "", 0);
        var exponent = mark < 0 ? BigInteger.Zero : ExponentOf(raw[(mark + 1)..]);
        return new DecimalText(isNegative, kept, exponent + digits.Length - kept.Length - (point < 0 ? 0 : mantissa.Length - point - 1));
    }

    /// <summary>A value that is to be compared digit by digit.</summary>
    public static DecimalText Written(string raw)
    {
        var value = Of(raw);
        return value.PlainDigits <= MostDigits ? value : throw TooMany();
    }

    /// <summary>What stands before the point; 0 where nothing else does.</summary>
    public string Whole => Exponent >= 0
        ? IsZero ? "0" : Digits + new string('0', (int)Exponent)
        : Digits.Length > -Exponent ? Digits[..(Digits.Length + (int)Exponent)] : "0";

    /// <summary>What stands behind the point; nothing where there is none, and no zero at its end.</summary>
    public string Fraction => Exponent >= 0 ? "" : Digits.Length > -Exponent ? Digits[(Digits.Length + (int)Exponent)..] : Digits.PadLeft((int)-Exponent, '0');

    /// <summary>Without an exponent where it has fewer than 22 digits, which is what JavaScript writes; else whichever is shorter.</summary>
    public string Smallest()
    {
        var sign = IsNegative ? "-" : "";
        var scaled = $"{sign}{Digits}e{Exponent}";
        if (PlainDigits >= 22 && PlainDigits + sign.Length + (Exponent < 0 ? 1 : 0) > scaled.Length)
            return scaled;
        return Fraction.Length > 0 ? $"{sign}{Whole}.{Fraction}" : $"{sign}{Whole}";
    }

    private static BigInteger ExponentOf(string digits)
    {
        // Reading takes time that grows with the square of the digits.
        const int mostRead = 100;
        return digits.Length <= mostRead ? BigInteger.Parse(digits, NumberStyles.AllowLeadingSign) : throw TooMany();
    }

    private static GrammarException TooMany() => new("", "a number of too many digits", $"at most {MostDigits} when written without an exponent", "use a smaller exponent, or fewer digits");
}
