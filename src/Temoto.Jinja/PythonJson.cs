using System.Text;

namespace Temoto.Jinja;

/// <summary>json.dumps: the filter <c>tojson</c> as chat templates know it, without HTML escaping.</summary>
internal sealed class PythonJson
{
    private readonly StringBuilder output = new();
    private readonly bool asciiOnly;
    private readonly string? indent;
    private readonly string itemSeparator;
    private readonly string keySeparator;
    private readonly bool sortKeys;
    private readonly JinjaBudget budget;

    private PythonJson(bool asciiOnly, string? indent, string itemSeparator, string keySeparator, bool sortKeys, JinjaBudget budget)
    {
        this.asciiOnly = asciiOnly;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sortKeys = sortKeys;
        this.budget = budget;
    }

    /// <param name="indent">What one level is indented by; null for one line.</param>
    /// <param name="separators">Between items and after keys; null for Python's own choice.</param>
    public static string Write(JinjaValue value, bool asciiOnly, string? indent, (string Item, string Key)? separators, bool sortKeys, JinjaBudget budget)
    {
        var (item, key) = separators ?? (indent is null ? ", " : ",", ": ");
        var writer = new PythonJson(asciiOnly, indent, item, key, sortKeys, budget);
        budget.Characters(4 * value.Weight);
        writer.Append(value, 1);
        budget.Characters(writer.output.Length);
        return writer.output.ToString();
    }

    private void Append(JinjaValue value, int level)
    {
        switch (value)
        {
            case JinjaNone:
                output.Append("null");
                break;
            case JinjaBoolean boolean:
                output.Append(boolean.Value ? "true" : "false");
                break;
            case JinjaInteger integer:
                output.Append(integer.Value.ToString());
                break;
            case JinjaFloat real:
                output.Append(Number(real.Value));
                break;
            case JinjaString text:
                AppendString(text.Text);
                break;
            case JinjaSequence { Kind: SequenceKind.List or SequenceKind.Tuple } list:
                output.Append('[');
                for (var i = 0; i < list.Items.Count; i++)
                {
                    NextItem(i, level);
                    Append(list.Items[i], level + 1);
                }
                Close(']', list.Items.Count, level);
                break;
            case JinjaMapping mapping:
                AppendMapping(mapping, level);
                break;
            default:
                throw new JinjaException($"a value of type {value.TypeName} for tojson", "a dict, list, string, number, bool or None");
        }
    }

    private void AppendMapping(JinjaMapping mapping, int level)
    {
        var entries = mapping.Entries;
        if (sortKeys)
            entries = JinjaOperators.Sort(entries, entry => entry.Key, reverse: false, budget);
        output.Append('{');
        for (var i = 0; i < entries.Count; i++)
        {
            NextItem(i, level);
            AppendString(entries[i].Key switch
            {
                JinjaString text => text.Text,
                JinjaInteger integer => integer.Value.ToString(),
                JinjaFloat real => Number(real.Value),
                JinjaBoolean boolean => boolean.Value ? "true" : "false",
                JinjaNone => "null",
                var key => throw new JinjaException($"a dict key of type {key.TypeName} for tojson", "a string, number, bool or None"),
            });
            output.Append(keySeparator);
            Append(entries[i].Value, level + 1);
        }
        Close('}', entries.Count, level);
    }

    private void NextItem(int index, int level)
    {
        if (index > 0)
            output.Append(itemSeparator);
        NewLine(level);
    }

    private void Close(char bracket, int count, int level)
    {
        if (count > 0)
            NewLine(level - 1);
        output.Append(bracket);
    }

    private void NewLine(int level)
    {
        if (indent is null)
            return;
        budget.Characters((long)indent.Length * level);
        output.Append('\n');
        for (var i = 0; i < level; i++)
            output.Append(indent);
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? value > 0 ? "Infinity" : "-Infinity" : PythonText.Float(value);

    private void AppendString(string text)
    {
        output.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    output.Append('\\').Append(c);
                    break;
                case '\n':
                    output.Append("\\n");
                    break;
                case '\r':
                    output.Append("\\r");
                    break;
                case '\t':
                    output.Append("\\t");
                    break;
                case '\f':
                    output.Append("\\f");
                    break;
                case '\b':
                    output.Append("\\b");
                    break;
                default:
                    if (c < ' ' || (asciiOnly && c > '~'))
                        output.Append($"\\u{(int)c:x4}");
                    else
                        output.Append(c);
                    break;
            }
        }
        output.Append('"');
    }
}
