using System.Globalization;
using System.Text;

namespace Temoto.Tests.Cli.LineEditing;

/// <summary>
/// A terminal of a few rows, as far as a line of narrow characters needs one: it wraps late, scrolls, and knows the sequences that move and erase.
/// </summary>
internal sealed class SmallScreen(int columns, int height) : TextWriter
{
    private readonly List<StringBuilder> rows = [new()];
    private int top;
    private int row;
    private int column;

    public override Encoding Encoding => Encoding.Unicode;

    public int Columns => columns;

    public int Height => height;

    public bool BracketedPaste { get; private set; }

    public (int Row, int Column) Cursor => (row - top, column);

    /// <summary>The rows in sight down to the last that has text.</summary>
    public List<string> Lines => [.. Everything.Skip(top).Reverse().SkipWhile(line => line.Length == 0).Reverse()];

    /// <summary>Also those that scrolled off.</summary>
    public IEnumerable<string> Everything => rows.Select(line => line.ToString().TrimEnd());

    public override void Write(string? value)
    {
        for (var i = 0; i < value!.Length; i++)
        {
            switch (value[i])
            {
                case '\r':
                    column = 0;
                    break;
                case '\n':
                    NewRow();
                    break;
                case '\e':
                    var end = i + 2;
                    while (value[end] is < '@' or > '~')
                        end++;
                    Obey(value[(i + 2)..end], value[end]);
                    i = end;
                    break;
                default:
                    Put(value[i]);
                    break;
            }
        }
    }

    private void Put(char character)
    {
        if (column == columns)
        {
            column = 0;
            NewRow();
        }
        var line = rows[row];
        line.Append(' ', Math.Max(0, column + 1 - line.Length));
        line[column++] = character;
    }

    private void NewRow()
    {
        if (++row == rows.Count)
            rows.Add(new StringBuilder());
        top = Math.Max(top, row - height + 1);
    }

    private void Obey(string parameter, char command)
    {
        var count = int.TryParse(parameter, CultureInfo.InvariantCulture, out var number) ? number : 1;
        switch (command)
        {
            case 'A':
                row = Math.Max(top, row - count);
                break;
            case 'C':
                column = Math.Min(columns - 1, column + count);
                break;
            case 'H':
                (row, column) = (top, 0);
                break;
            case 'J' when parameter == "2":
                rows.Skip(top).ToList().ForEach(line => line.Clear());
                break;
            case 'J':
                rows[row].Length = Math.Min(rows[row].Length, column);
                rows.Skip(row + 1).ToList().ForEach(line => line.Clear());
                break;
            case 'h' or 'l' when parameter == "?2004":
                BracketedPaste = command == 'h';
                break;
            default:
                throw new NotSupportedException($"ESC [ {parameter} {command}");
        }
    }
}
