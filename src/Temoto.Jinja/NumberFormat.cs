using System.Numerics;

namespace Temoto.Jinja;

/// <summary>What <c>'%08.2f'</c> and <c>'{:08.2f}'</c> have in common: a number or text, padded.</summary>
/// <param name="Alignment">'&lt;', '&gt;', '^' or '=' (padding after the sign).</param>
/// <param name="Sign">'+', ' ' or '-': what stands before a number that is not negative.</param>
/// <param name="Precision">Decimal places, or the longest text; null for the default.</param>
internal readonly record struct NumberFormat(char Fill, char Alignment, char Sign, bool Alternate, int Width, bool Grouping, int? Precision, char Type)
{
    public string Format(JinjaValue value, JinjaBudget budget)
    {
        budget.Characters((long)Width + (Precision ?? 0));
        if (Precision > 1000)
            throw new JinjaException($"a precision of {Precision}", "at most 1000");
        var (sign, body) = Type switch
        {
            's' => ("", Text(PythonText.Str(value, budget))),
            'd' or 'x' or 'X' or 'o' or 'b' => Integer(value),
            _ => Real(value),
        };
        var missing = Width - PythonText.Length(sign + body);
        if (missing <= 0)
            return sign + body;
        var fill = new string(Fill, missing);
        return Alignment switch
        {
            '<' => sign + body + fill,
            '=' => sign + fill + body,
            '^' => fill[..(missing / 2)] + sign + body + fill[(missing / 2)..],
            _ => fill + sign + body,
        };
    }

    private string Text(string text)
    {
        if (Precision is not { } longest || PythonText.Length(text) <= longest)
            return text;
        return string.Concat(PythonText.Characters(text).Take(longest));
    }

    private string SignOf(bool negative) => negative ? "-" : Sign is '+' or ' ' ? Sign.ToString() : "";

    private (string Sign, string Body) Integer(JinjaValue value)
    {
        if (JinjaOperators.AsInteger(value) is not { } integer)
            throw new JinjaException($"a value of type {value.TypeName} for the format '{Type}'", "an integer");
        var magnitude = BigInteger.Abs(integer);
        var digits = Type switch
        {
            'd' => magnitude.ToString(),
            'x' => Hexadecimal(magnitude),
            'X' => Hexadecimal(magnitude).ToUpperInvariant(),
            'o' => InBase(magnitude, 8),
            _ => InBase(magnitude, 2),
        };
        var prefix = Alternate && Type != 'd' ? $"0{Type}" : "";
        return (SignOf(integer.Sign < 0) + prefix, Grouping ? Grouped(digits) : digits);
    }

    private static string Hexadecimal(BigInteger value)
    {
        var text = value.ToString("x").TrimStart('0');
        return text.Length == 0 ? "0" : text;
    }

    private static string InBase(BigInteger value, int radix)
    {
        var digits = new Stack<char>();
        do
        {
            value = BigInteger.DivRem(value, radix, out var digit);
            digits.Push((char)('0' + (int)digit));
        }
        while (!value.IsZero);
        return string.Concat(digits);
    }

    private (string Sign, string Body) Real(JinjaValue value)
    {
        if (JinjaOperators.AsDouble(value) is not { } real)
            throw new JinjaException($"a value of type {value.TypeName} for the format '{Type}'", "a number");
        if (!double.IsFinite(real))
            return (SignOf(real < 0), double.IsNaN(real) ? "nan" : "inf");
        var sign = SignOf(double.IsNegative(real));
        var places = Precision ?? 6;
        switch (Type)
        {
            case 'f' or 'F':
                return (sign, Fixed(Math.Abs(real), places));
            case '%':
                return (sign, Fixed(Math.Abs(real * 100), places) + "%");
            case 'r':
                return (sign, PythonText.Float(Math.Abs(real)));
            default:
                throw new JinjaException($"the number format '{Type}'", "s, d, f, x, o, b or %");
        }
    }

    private string Fixed(double magnitude, int places)
    {
        var digits = PythonText.RoundScaled(magnitude, places).ToString().PadLeft(places + 1, '0');
        var whole = digits[..^places];
        return (Grouping ? Grouped(whole) : whole) + (places > 0 ? "." + digits[^places..] : "");
    }

    private static string Grouped(string digits)
    {
        for (var i = digits.Length - 3; i > 0; i -= 3)
            digits = digits.Insert(i, ",");
        return digits;
    }
}
