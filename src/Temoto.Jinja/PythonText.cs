using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Temoto.Jinja;

/// <summary>Python's view of text: strings are code points, and every value has a str() and a repr().</summary>
internal static class PythonText
{
    private const string SpaceCharacters =
        "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    /// <summary>What str.isspace and a regular expression's \s match.</summary>
    public static readonly SearchValues<char> Spaces = SearchValues.Create(SpaceCharacters);

    public static bool IsSpace(char c) => Spaces.Contains(c);

    public static string TrimEnd(string text) => text[..(text.AsSpan().LastIndexOfAnyExcept(Spaces) + 1)];

    public static string TrimStart(string text)
    {
        var start = text.AsSpan().IndexOfAnyExcept(Spaces);
        return start < 0 ? "" : text[start..];
    }

    /// <summary>str(): what <c>{{ value }}</c> writes.</summary>
    public static string Str(JinjaValue value, JinjaBudget budget)
    {
        switch (value)
        {
            case JinjaString text:
                return text.Text;
            case JinjaUndefined:
                return "";
            default:
                budget.Characters(4 * value.Weight);
                var output = new StringBuilder();
                AppendRepr(output, value);
                return output.ToString();
        }
    }

    /// <summary>repr(): what a list writes of its items.</summary>
    public static string Repr(JinjaValue value, JinjaBudget budget)
    {
        budget.Characters(4 * value.Weight);
        var output = new StringBuilder();
        AppendRepr(output, value);
        return output.ToString();
    }

    private static void AppendRepr(StringBuilder output, JinjaValue value)
    {
        switch (value)
        {
            case JinjaString { IsMarkup: true } text:
                output.Append("Markup(");
                AppendQuoted(output, text.Text);
                output.Append(')');
                break;
            case JinjaString text:
                AppendQuoted(output, text.Text);
                break;
            case JinjaNone:
                output.Append("None");
                break;
            case JinjaUndefined:
                output.Append("Undefined");
                break;
            case JinjaBoolean boolean:
                output.Append(boolean.Value ? "True" : "False");
                break;
            case JinjaInteger integer:
                output.Append(integer.Value.ToString());
                break;
            case JinjaFloat real:
                output.Append(Float(real.Value));
                break;
            case JinjaSequence sequence:
                AppendSequence(output, sequence);
                break;
            case JinjaMapping mapping:
                output.Append('{');
                for (var i = 0; i < mapping.Entries.Count; i++)
                {
                    output.Append(i == 0 ? "" : ", ");
                    AppendRepr(output, mapping.Entries[i].Key);
                    output.Append(": ");
                    AppendRepr(output, mapping.Entries[i].Value);
                }
                output.Append('}');
                break;
            case JinjaCallable callable:
                output.Append('<').Append(callable.TypeName).Append(' ').Append(callable.Name).Append('>');
                break;
            default:
                output.Append('<').Append(value.TypeName).Append('>');
                break;
        }
    }

    private static void AppendSequence(StringBuilder output, JinjaSequence sequence)
    {
        var (open, close) = sequence.Kind switch
        {
            SequenceKind.List => ("[", "]"),
            SequenceKind.Tuple => ("(", sequence.Items.Count == 1 ? ",)" : ")"),
            SequenceKind.DictKeys => ("dict_keys([", "])"),
            SequenceKind.DictValues => ("dict_values([", "])"),
            SequenceKind.DictItems => ("dict_items([", "])"),
            SequenceKind.Range => ("range([", "])"),
            _ => ("<generator>", ""),
        };
        output.Append(open);
        if (sequence.Kind != SequenceKind.Generator)
        {
            for (var i = 0; i < sequence.Items.Count; i++)
            {
                output.Append(i == 0 ? "" : ", ");
                AppendRepr(output, sequence.Items[i]);
            }
        }
        output.Append(close);
    }

    private static void AppendQuoted(StringBuilder output, string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        output.Append(quote);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == quote || c == '\\')
                output.Append('\\').Append(c);
            else if (c is '\n' or '\r' or '\t')
                output.Append('\\').Append(c switch { '\n' => 'n', '\r' => 'r', _ => 't' });
            else if (char.IsSurrogatePair(text, i))
                AppendPrintable(output, char.ConvertToUtf32(c, text[++i]));
            else
                AppendPrintable(output, c);
        }
        output.Append(quote);
    }

    private static void AppendPrintable(StringBuilder output, int code)
    {
        var isPrintable = code == ' ' || (CharUnicodeInfo.GetUnicodeCategory(code) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator));
        if (isPrintable)
            output.Append(char.ConvertFromUtf32(code));
        else if (code <= 0xFF)
            output.Append($"\\x{code:x2}");
        else if (code <= 0xFFFF)
            output.Append($"\\u{code:x4}");
        else
            output.Append($"\\U{code:x8}");
    }

    /// <summary>The shortest digits that read back as the same double, with an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Float(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        var (negative, digits, exponent) = Shortest(value);
        var sign = negative ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length <= exponent + 1
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>|value| = d1.d2 d3... x 10^exponent, from .NET's round-trip format.</summary>
    private static (bool Negative, string Digits, int Exponent) Shortest(double value)
    {
        var roundTrip = value.ToString("R");
        var mark = roundTrip.IndexOf('E');
        var number = (mark < 0 ? roundTrip : roundTrip[..mark]).TrimStart('-');
        var digits = number.Replace(".", "").TrimStart('0').TrimEnd('0');
        if (digits.Length == 0)
            return (double.IsNegative(value), "0", 0);
        var scale = mark < 0 ? 0 : int.Parse(roundTrip.AsSpan(mark + 1));
        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        int exponent;
        if (whole.TrimStart('0').Length > 0)
            exponent = whole.TrimStart('0').Length - 1 + scale;
        else
            exponent = -(number.AsSpan(point + 1).IndexOfAnyExcept('0') + 1) + scale;
        return (double.IsNegative(value), digits, exponent);
    }

    /// <summary>
    /// The exact binary value rounded to <paramref name="places"/> decimal places, ties to even, as Python does;
    /// .NET's own rounding works on an already rounded product.
    /// </summary>
    public static BigInteger RoundScaled(double value, int places)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var exponent = (int)(bits >> 52);
        var mantissa = bits & ((1L << 52) - 1);
        var power = Math.Max(exponent, 1) - 1075;
        var numerator = new BigInteger(exponent == 0 ? mantissa : mantissa | (1L << 52));
        var denominator = BigInteger.One;
        if (places >= 0)
            numerator *= BigInteger.Pow(10, places);
        else
            denominator *= BigInteger.Pow(10, -places);
        if (power >= 0)
            numerator <<= power;
        else
            denominator <<= -power;
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var twice = (rest << 1).CompareTo(denominator);
        if (twice > 0 || (twice == 0 && !quotient.IsEven))
            quotient++;
        return value < 0 ? -quotient : quotient;
    }

    /// <summary>As many code points as Python's len().</summary>
    public static int Length(string text)
    {
        var pairs = 0;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                pairs++;
                i++;
            }
        }
        return text.Length - pairs;
    }

    /// <summary>The UTF-16 place of a code point.</summary>
    public static int UnitsOf(string text, int codePoints)
    {
        var units = 0;
        for (; codePoints > 0; codePoints--)
            units += char.IsSurrogatePair(text, units) ? 2 : 1;
        return units;
    }

    /// <summary>The code points of a text, each as its own string.</summary>
    public static List<string> Characters(string text)
    {
        var characters = new List<string>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var width = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;
            characters.Add(text.Substring(i, width));
            i += width - 1;
        }
        return characters;
    }

    /// <summary>Orders by code point; an ordinal comparison of UTF-16 puts emoji before U+E000..U+FFFF.</summary>
    public static int Compare(string left, string right)
    {
        var shorter = Math.Min(left.Length, right.Length);
        for (var i = 0; i < shorter; i++)
        {
            if (left[i] != right[i])
                return char.IsSurrogate(left[i]) == char.IsSurrogate(right[i]) ? left[i] - right[i] : char.IsSurrogate(left[i]) ? 1 : -1;
        }
        return left.Length - right.Length;
    }

    /// <summary>str.upper(): the usual characters that grow are written out, the rest maps one to one.</summary>
    public static string Upper(string text)
    {
        if (text.AsSpan().IndexOfAny('ß', 'ﬁ', 'ﬂ') < 0)
            return text.ToUpperInvariant();
        return text.Replace("ß", "SS").Replace("ﬁ", "FI").Replace("ﬂ", "FL").ToUpperInvariant();
    }

    public static string Lower(string text) => text.ToLowerInvariant();

    /// <summary>str.capitalize().</summary>
    public static string Capitalize(string text)
    {
        if (text.Length == 0)
            return text;
        var first = char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
        return Upper(text[..first]) + Lower(text[first..]);
    }

    /// <summary>str.title(): a letter after anything that is not a letter is upper case.</summary>
    public static string Title(string text)
    {
        var output = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var c in text)
        {
            output.Append(inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inWord = char.IsLetter(c);
        }
        return output.ToString();
    }

    /// <summary>str.splitlines().</summary>
    public static List<string> Lines(string text, JinjaBudget budget, bool keepEnds = false)
    {
        var lines = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029'))
                continue;
            budget.Step(8);
            var end = i;
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                i++;
            lines.Add(text[start..(keepEnds ? i + 1 : end)]);
            start = i + 1;
        }
        if (start < text.Length)
            lines.Add(text[start..]);
        return lines;
    }

    /// <summary>markupsafe's escape().</summary>
    public static string EscapeHtml(string text, JinjaBudget budget)
    {
        budget.Characters(text.Length * 5L);
        return text.Replace("&", "&amp;").Replace(">", "&gt;").Replace("<", "&lt;").Replace("'", "&#39;").Replace("\"", "&#34;");
    }
}
