using System.Text;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Json;

/// <summary>How the parts of JSON are written in a style, as languages over bytes.</summary>
internal readonly struct JsonSpelling(GoalTable goals)
{
    private readonly LanguageTable table = goals.Table;
    private readonly bool isFree = goals.Style == JsonStyle.Free;
    private readonly bool isSpaced = goals.Style == JsonStyle.Spaced;

    /// <summary>White space, where it is free.</summary>
    private Language Space => isFree ? table.Repeat(table.Points(PointSet.Of((' ', ' '), ('\t', '\n'), ('\r', '\r'))), 0, Language.NoEnd) : table.Empty;

    public Language Opening(string mark) => table.Sequence(table.Text(mark), Space);

    public Language Between(string mark) => table.Sequence(Space, table.Text(mark), isSpaced ? table.Optional(table.Text(" ")) : Space);

    public Language Closing(string mark) => table.Sequence(Space, table.Text(mark));

    public Language Empty(string opening, string closing) => table.Sequence(table.Text(opening), Space, table.Text(closing));

    public Language Member(Language before, Language name) => table.Sequence(before, name, Between(":"));

    /// <summary>A string whose value is in a language.</summary>
    public Language Text(Language values) => table.Sequence(table.Text("\""), table.Spelled(values, isFree ? TextSpelling.JsonAny : TextSpelling.JsonNeeded));

    /// <summary>A name as it is written; where writers differ in what they escape, any way of writing it.</summary>
    public Language Name(string name) =>
        name.Any(c => c < 0x20) || isFree && name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or ' ' or '$' or '@' or ':')) ? Text(table.CodePoints(name)) : table.Text(Quoted(name));

    /// <summary>Bytes, a character each, of a name without control characters.</summary>
    private static string Quoted(string name)
    {
        var quoted = new StringBuilder("\"");
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            if (value is (byte)'"' or (byte)'\\')
                quoted.Append('\\');
            quoted.Append((char)value);
        }
        return quoted.Append('"').ToString();
    }
}
