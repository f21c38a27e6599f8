using System.Text;

namespace Temoto.Jinja;

/// <summary>Python's <c>'{} {name:>8}'.format(..)</c>, with items and attributes but without nested fields.</summary>
internal static class BraceFormat
{
    public static string Format(string format, JinjaArguments arguments, JinjaBudget budget)
    {
        var output = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            budget.Characters(1);
            if (c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c)
            {
                output.Append(c);
                i++;
            }
            else if (c == '{')
            {
                var end = format.IndexOf('}', i);
                if (end < 0)
                    throw new JinjaException("a format with an open brace", "a closing one, or {{ for a brace");
                output.Append(Field(format[(i + 1)..end], arguments, ref next, budget));
                i = end;
            }
            else if (c == '}')
            {
                throw new JinjaException("a format with a lone closing brace", "}} for a brace");
            }
            else
            {
                output.Append(c);
            }
        }
        return output.ToString();
    }

    private static string Field(string field, JinjaArguments arguments, ref int next, JinjaBudget budget)
    {
        if (field.Contains('{'))
            throw new JinjaException("a nested format field", "a plain width");
        var colon = field.IndexOf(':');
        var (path, spec) = colon < 0 ? (field, "") : (field[..colon], field[(colon + 1)..]);
        var mark = path.IndexOf('!');
        var conversion = mark < 0 ? "" : path[(mark + 1)..];
        path = mark < 0 ? path : path[..mark];
        var split = path.AsSpan().IndexOfAny('.', '[');
        var name = split < 0 ? path : path[..split];
        var value = First(name, arguments, ref next);
        if (split >= 0)
            value = Follow(value, path[split..], budget);
        value = conversion switch
        {
            "" => value,
            "r" or "a" => PythonText.Repr(value, budget),
            "s" => PythonText.Str(value, budget),
            _ => throw new JinjaException($"the conversion '!{conversion}'", "!s or !r"),
        };
        return spec.Length == 0 ? PythonText.Str(value, budget) : Parse(spec, value).Format(value, budget);
    }

    private static JinjaValue First(string name, JinjaArguments arguments, ref int next)
    {
        var index = name.Length == 0 ? next++ : int.TryParse(name, out var given) ? given : -1;
        if (index >= 0)
            return index < arguments.Positional.Count ? arguments.Positional[index] : throw new JinjaException($"a format that names argument {index}", "that argument");
        foreach (var (key, value) in arguments.Named)
        {
            if (key == name)
                return value;
        }
        throw new JinjaException($"a format that names '{name}'", "that argument");
    }

    private static JinjaValue Follow(JinjaValue value, string path, JinjaBudget budget)
    {
        while (path.Length > 0)
        {
            int end;
            if (path[0] == '.')
            {
                end = path.AsSpan(1).IndexOfAny('.', '[') is var found && found < 0 ? path.Length : found + 1;
                value = JinjaAttributes.GetAttribute(value, path[1..end]) ?? throw Missing(path[1..end]);
            }
            else
            {
                end = path.IndexOf(']') + 1;
                if (path[0] != '[' || end < 3)
                    throw new JinjaException("a malformed format field", "{name[key]} or {name.attribute}");
                var key = path[1..(end - 1)];
                value = JinjaAttributes.GetItem(value, int.TryParse(key, out var index) ? (JinjaValue)index : key, budget) ?? throw Missing(key);
            }
            path = path[end..];
        }
        return value;
    }

    private static JinjaException Missing(string name) => new($"a format that reads '{name}'", "a value that has it");

    /// <summary>[[fill]align][sign][#][0][width][,][.precision][type].</summary>
    private static NumberFormat Parse(string spec, JinjaValue value)
    {
        var i = 0;
        var isText = value is not (JinjaInteger or JinjaFloat or JinjaBoolean);
        var (fill, alignment) = (' ', isText ? '<' : '>');
        if (spec.Length > 1 && spec[1] is '<' or '>' or '^' or '=')
            (fill, alignment, i) = (spec[0], spec[1], 2);
        else if (spec[0] is '<' or '>' or '^' or '=')
            (alignment, i) = (spec[0], 1);
        var sign = i < spec.Length && spec[i] is '+' or '-' or ' ' ? spec[i++] : '-';
        var alternate = Skip('#');
        if (Skip('0') && i <= 2)
            (fill, alignment) = ('0', isText ? '<' : '=');
        var width = Count() ?? 0;
        var grouping = Skip(',');
        int? precision = Skip('.') ? Count() ?? throw new JinjaException($"the format '{spec}'", "digits after '.'") : null;
        var type = i < spec.Length ? spec[i++] : value switch
        {
            JinjaInteger => 'd',
            JinjaFloat => precision is null ? 'r' : throw new JinjaException($"the format '{spec}' for a float", "the type 'f' after the precision"),
            _ => 's',
        };
        if (i < spec.Length || (type == 's' && value is JinjaInteger or JinjaFloat))
            throw new JinjaException($"the format '{spec}' for {value.TypeName}", "[[fill]align][sign][0][width][,][.precision][type]");
        return new NumberFormat(fill, alignment, sign, alternate, width, grouping, precision, type);

        bool Skip(char c)
        {
            if (i >= spec.Length || spec[i] != c)
                return false;
            i++;
            return true;
        }

        int? Count()
        {
            var start = i;
            while (i < spec.Length && char.IsAsciiDigit(spec[i]))
                i++;
            if (start == i)
                return null;
            return int.TryParse(spec.AsSpan(start, i - start), out var count) ? count : throw new JinjaException("a format with a huge width", "a smaller one");
        }
    }
}
