using System.Text;

namespace Temoto.Jinja;

/// <summary>Python's <c>'..' % values</c> and the filter <c>format</c>.</summary>
internal static class PrintfFormat
{
    public static string Format(string format, JinjaValue values, JinjaBudget budget)
    {
        var list = values is JinjaSequence { Kind: SequenceKind.Tuple } tuple ? tuple.Items : [values];
        var named = values as JinjaMapping;
        var output = new StringBuilder();
        var next = 0;
        var position = 0;
        JinjaValue Take() => next < list.Count ? list[next++] : throw new JinjaException("a format with more places than values", "a value for each");
        while (position < format.Length)
        {
            var mark = format.IndexOf('%', position);
            if (mark < 0)
                mark = format.Length;
            budget.Characters(mark - position + 1);
            output.Append(format, position, mark - position);
            position = mark + 1;
            if (mark == format.Length)
                break;
            var value = ReadName(format, ref position) is { } name
                ? named?.Find(name) ?? throw new JinjaException($"a format that names '{name}'", "a dict with that key")
                : null;
            var spec = ReadSpec(format, ref position, Take);
            if (spec.Type == '%')
            {
                output.Append('%');
                continue;
            }
            value ??= Take();
            if (value is JinjaUndefined missing && spec.Type != 's')
                throw missing.Error();
            output.Append(Convert(spec, value, budget));
        }
        if (next < list.Count && named is null)
            throw new JinjaException("a format with fewer places than values", "a place for each");
        return output.ToString();
    }

    private static string Convert(NumberFormat spec, JinjaValue value, JinjaBudget budget)
    {
        switch (spec.Type)
        {
            case 'r' or 'a':
                return (spec with { Type = 's' }).Format(PythonText.Repr(value, budget), budget);
            case 'd' or 'i' or 'u':
                var whole = value is JinjaFloat real && double.IsFinite(real.Value) ? new JinjaInteger(new System.Numerics.BigInteger(real.Value)) : value;
                return (spec with { Type = 'd' }).Format(whole, budget);
            case 's' or 'f' or 'F' or 'x' or 'X' or 'o':
                return spec.Format(value, budget);
            default:
                throw new JinjaException($"the format '%{spec.Type}'", "%s, %r, %d, %f, %x, %o or %%");
        }
    }

    private static string? ReadName(string format, ref int position)
    {
        if (position >= format.Length || format[position] != '(')
            return null;
        var end = format.IndexOf(')', position);
        if (end < 0)
            throw new JinjaException("a format with an open bracket", "%(name)s");
        var name = format[(position + 1)..end];
        position = end + 1;
        return name;
    }

    private static NumberFormat ReadSpec(string format, ref int position, Func<JinjaValue> take)
    {
        var (zero, left, sign, alternate) = (false, false, '-', false);
        for (; position < format.Length && format[position] is '0' or '-' or '+' or ' ' or '#'; position++)
        {
            switch (format[position])
            {
                case '0':
                    zero = true;
                    break;
                case '-':
                    left = true;
                    break;
                case '#':
                    alternate = true;
                    break;
                default:
                    sign = format[position];
                    break;
            }
        }
        var width = ReadCount(format, ref position, take) ?? 0;
        int? precision = null;
        if (position < format.Length && format[position] == '.')
        {
            position++;
            precision = ReadCount(format, ref position, take) ?? 0;
        }
        if (position >= format.Length)
            throw new JinjaException("a format that ends after '%'", "%s, %d, %f or their like");
        var type = format[position++];
        var isText = type is 's' or 'r' or 'a';
        return new NumberFormat(zero && !left && !isText ? '0' : ' ', left ? '<' : zero && !isText ? '=' : '>', sign, alternate, width, false, precision, type);
    }

    private static int? ReadCount(string format, ref int position, Func<JinjaValue> take)
    {
        if (position < format.Length && format[position] == '*')
        {
            position++;
            return Math.Max(0, StringMethods.IntegerOf(take()));
        }
        var start = position;
        while (position < format.Length && char.IsAsciiDigit(format[position]))
            position++;
        if (start == position)
            return null;
        return int.TryParse(format.AsSpan(start, position - start), out var count) ? count : throw new JinjaException("a format with a huge width", "a smaller one");
    }
}
