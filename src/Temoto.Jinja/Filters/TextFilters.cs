using System.Text;

namespace Temoto.Jinja.Filters;

/// <summary>Filters of texts. What is no text is taken as it prints.</summary>
internal static class TextFilters
{
    /// <summary>soft_str: a string as it is, anything else as it prints.</summary>
    public static JinjaString Text(JinjaEvaluator evaluator, JinjaValue value) => value as JinjaString ?? new JinjaString(PythonText.Str(value, evaluator.Budget));

    public static JinjaString Plain(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return Text(evaluator, value);
    }

    public static JinjaString MapText(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments, Func<string, string> change)
    {
        arguments.Bind();
        var text = Text(evaluator, value);
        evaluator.Budget.Characters(text.Text.Length);
        return text.With(change(text.Text));
    }

    /// <summary>Unlike str.title, words begin after white space, hyphens and opening brackets only.</summary>
    public static string Title(string text)
    {
        var output = new StringBuilder(text.Length);
        var startsWord = true;
        foreach (var c in text)
        {
            var isBorder = PythonText.IsSpace(c) || c is '-' or '(' or '{' or '[' or '<';
            output.Append(startsWord ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            startsWord = isBorder;
        }
        return output.ToString();
    }

    public static JinjaString Escape(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        return value is JinjaString { IsMarkup: true } markup ? markup : new JinjaString(PythonText.EscapeHtml(Text(evaluator, value).Text, evaluator.Budget), isMarkup: true);
    }

    public static JinjaString Format(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var text = Text(evaluator, value);
        JinjaValue values = arguments.Named.Count > 0
            ? new JinjaMapping(arguments.Named.Select(entry => KeyValuePair.Create<JinjaValue, JinjaValue>(entry.Key, entry.Value)))
            : new JinjaSequence(arguments.Positional, SequenceKind.Tuple);
        return text.With(PrintfFormat.Format(text.Text, values, evaluator.Budget));
    }

    public static JinjaString Indent(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("width", "first", "blank");
        if (value is JinjaUndefined missing)
            throw missing.Error();
        var text = Text(evaluator, value);
        var width = bound[0] is JinjaString or null ? 4 : StringMethods.IntegerOf(bound[0]!);
        evaluator.Budget.Characters(Math.Max(0, width) + text.Text.Length);
        var indentation = bound[0] is JinjaString given ? given.Text : new string(' ', Math.Max(0, width));
        // With the newline added, a text that ends in one keeps it and an empty text has one line.
        var lines = PythonText.Lines(text.Text + "\n", evaluator.Budget);
        evaluator.Budget.Characters((long)lines.Count * (indentation.Length + 1));
        var indentsBlank = bound[2]?.IsTrue ?? false;
        var output = new StringBuilder(bound[1]?.IsTrue ?? false ? indentation : "").Append(lines[0]);
        foreach (var line in lines.Skip(1))
            output.Append('\n').Append(line.Length > 0 || indentsBlank ? indentation : "").Append(line);
        return text.With(output.ToString());
    }

    public static JinjaString Trim(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var characters = arguments.Bind("chars")[0];
        var text = Text(evaluator, value);
        evaluator.Budget.Characters(text.Text.Length);
        return text.With(StringMethods.Strip(text.Text, characters is null or JinjaNone ? null : StringMethods.TextOf(characters), start: true, end: true));
    }

    public static JinjaString Replace(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind(2, "old", "new", "count");
        var count = bound[2] is null or JinjaNone ? -1 : StringMethods.IntegerOf(bound[2]!);
        string Printed(JinjaValue part) => PythonText.Str(part, evaluator.Budget);
        var text = Text(evaluator, value);
        return text.With(StringMethods.Replace(text.Text, Printed(bound[0]!), Printed(bound[1]!), count, evaluator.Budget));
    }

    public static JinjaString ToJson(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        var bound = arguments.Bind("ensure_ascii", "indent", "separators", "sort_keys");
        string? indent = null;
        if (bound[1] is JinjaString given)
        {
            indent = given.Text;
        }
        else if (bound[1] is not (null or JinjaNone))
        {
            var width = Math.Max(0, StringMethods.IntegerOf(bound[1]!));
            evaluator.Budget.Characters(width);
            indent = new string(' ', width);
        }
        (string, string)? separators = bound[2] switch
        {
            null or JinjaNone => null,
            JinjaSequence { HasIndex: true, Items: [JinjaString item, JinjaString key] } => (item.Text, key.Text),
            _ => throw new JinjaException("separators of another shape", "two strings"),
        };
        return new JinjaString(PythonJson.Write(value, bound[0]?.IsTrue ?? false, indent, separators, bound[3]?.IsTrue ?? false, evaluator.Budget));
    }

    public static JinjaValue WordCount(JinjaEvaluator evaluator, JinjaValue value, JinjaArguments arguments)
    {
        arguments.Bind();
        var text = Text(evaluator, value).Text;
        evaluator.Budget.Characters(text.Length);
        var (count, inWord) = (0, false);
        foreach (var c in text)
        {
            var isWord = char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }
        return count;
    }
}
