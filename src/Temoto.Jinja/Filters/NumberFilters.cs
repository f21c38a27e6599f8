using System.Buffers;
using System.Numerics;

namespace Temoto.Jinja.Filters;

/// <summary>Filters of numbers, with Python's integers of any size.</summary>
internal static class NumberFilters
{
    private static readonly SearchValues<char> FloatCharacters = SearchValues.Create("0123456789+-.eE_");

    public static JinjaValue Abs(JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return value switch
        {
            JinjaFloat real => Math.Abs(real.Value),
            _ when JinjaOperators.AsInteger(value) is { } integer => new JinjaInteger(BigInteger.Abs(integer)),
            JinjaUndefined missing => throw missing.Error(),
            _ => throw new JinjaException($"abs of {value.TypeName}", "a number"),
        };
    }

    public static JinjaValue Integer(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("default", "base");
        var radix = bound[1] is null ? 10 : StringMethods.IntegerOf(bound[1]!);
        evaluator.Budget.Step(value.Weight);
        switch (value)
        {
            case JinjaUndefined missing:
                throw missing.Error();
            case JinjaString text when ParseInteger(text.Text, radix, evaluator.Budget) is { } parsed:
                return new JinjaInteger(parsed);
            case JinjaString text when ParseFloat(text.Text) is { } real && double.IsFinite(real):
                return new JinjaInteger(new BigInteger(Math.Truncate(real)));
            case JinjaFloat real when double.IsFinite(real.Value):
                return new JinjaInteger(new BigInteger(Math.Truncate(real.Value)));
            default:
                return JinjaOperators.AsInteger(value) is { } integer ? new JinjaInteger(integer) : bound[0] ?? 0;
        }
    }

    public static JinjaValue Float(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("default");
        evaluator.Budget.Step(value.Weight);
        return value switch
        {
            JinjaUndefined missing => throw missing.Error(),
            JinjaString text => ParseFloat(text.Text) is { } parsed ? parsed : bound[0] ?? 0.0,
            _ => JinjaOperators.AsDouble(value) is { } real ? real : bound[0] ?? 0.0,
        };
    }

    /// <summary>Python's int(text, base): white space round it, a sign, underscores between digits, a prefix of the base.</summary>
    private static BigInteger? ParseInteger(string text, int radix, JinjaBudget budget)
    {
        if (radix is < 2 or > 36)
            return null;
        var digits = StringMethods.Strip(text, null, start: true, end: true);
        var negative = digits.StartsWith('-');
        if (negative || digits.StartsWith('+'))
            digits = digits[1..];
        var prefix = radix switch { 2 => "0b", 8 => "0o", 16 => "0x", _ => "" };
        if (prefix.Length > 0 && digits.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            digits = digits[2..].StartsWith('_') ? digits[3..] : digits[2..];
        if (digits.Length == 0 || digits.StartsWith('_') || digits.EndsWith('_') || digits.Contains("__"))
            return null;
        if (digits.Length > JinjaInteger.MaxDigits)
            throw JinjaInteger.TooLong();
        budget.Step(1 + ((long)digits.Length * digits.Length / 64));
        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            if (c == '_')
                continue;
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? (c | 0x20) - 'a' + 10 : 99;
            if (digit >= radix)
                return null;
            value = (value * radix) + digit;
        }
        return negative ? -value : value;
    }

    private static double? ParseFloat(string text)
    {
        var number = StringMethods.Strip(text, null, start: true, end: true);
        var unsigned = number.TrimStart('+', '-').ToLowerInvariant();
        if (unsigned is "inf" or "infinity" or "nan" && number.Length - unsigned.Length <= 1)
            return unsigned == "nan" ? double.NaN : number.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
        if (number.AsSpan().ContainsAnyExcept(FloatCharacters) || number.StartsWith('_') || number.EndsWith('_') || number.Contains("__"))
            return null;
        return double.TryParse(number.Replace("_", ""), out var value) ? value : null;
    }

    public static JinjaValue Round(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("precision", "method");
        var places = bound[0] is null ? 0 : StringMethods.IntegerOf(bound[0]!);
        var method = bound[1] is null ? "common" : StringMethods.TextOf(bound[1]!);
        if (Math.Abs((long)places) > 400)
            throw new JinjaException($"a precision of {places}", "at most 400 places");
        evaluator.Budget.Step(100);
        if (value is JinjaUndefined missing)
            throw missing.Error();
        if (method is "ceil" or "floor")
        {
            var scale = Math.Pow(10, places);
            var scaled = (JinjaOperators.AsDouble(value) ?? throw new JinjaException($"round of {value.TypeName}", "a number")) * scale;
            if (!double.IsFinite(scaled) || scale == 0)
                throw new JinjaException("a number too large to round", "a smaller one");
            return (method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale;
        }
        if (method != "common")
            throw new JinjaException($"the rounding method '{method}'", "common, ceil or floor");
        if (value is JinjaFloat real)
            return double.IsFinite(real.Value) ? double.Parse($"{PythonText.RoundScaled(real.Value, places)}E{-places}") : real;
        if (JinjaOperators.AsInteger(value) is not { } integer)
            throw new JinjaException($"round of {value.TypeName}", "a number");
        if (places >= 0)
            return new JinjaInteger(integer);
        var unit = BigInteger.Pow(10, -places);
        var quotient = BigInteger.DivRem(BigInteger.Abs(integer), unit, out var rest);
        var twice = (rest * 2).CompareTo(unit);
        if (twice > 0 || (twice == 0 && !quotient.IsEven))
            quotient++;
        return new JinjaInteger(quotient * unit * integer.Sign);
    }
}
