using System.Globalization;
using System.Text;

namespace Temoto.Cli;

/// <summary>
/// A terminal for text that others wrote: newlines and tabs pass, what would do more is shown as <see cref="TerminalText"/> has it. Text may come in
/// pieces of any length. Our own codes, such as
/// those of a progress bar, go to the writer beneath.
/// </summary>
internal sealed class TerminalWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    private readonly StringBuilder escaped = new();

    /// <summary>Half of a character, or a carriage return that a newline may follow; what comes next decides.</summary>
    private char? held;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        foreach (var unit in buffer)
            Take(unit);
        inner.Write(escaped);
        escaped.Clear();
    }

    public override Task WriteAsync(char value) => Done(() => Write(value));

    public override Task WriteAsync(string? value) => Done(() => Write(value));

    public override Task WriteAsync(char[] buffer, int index, int count) => Done(() => Write(buffer, index, count));

    public override Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default) => Done(() => Write(buffer.Span));

    public override void Flush() => inner.Flush();

    public override Task FlushAsync() => inner.FlushAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (held is { } last)
                AppendSingle(last);
            inner.Write(escaped);
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private static Task Done(Action write)
    {
        write();
        return Task.CompletedTask;
    }

    private void Take(char unit)
    {
        var before = held;
        held = null;
        if (before is { } half && Rune.TryCreate(half, unit, out var pair))
        {
            TerminalText.Append(escaped, pair);
            return;
        }
        if (before == '\r' && unit == '\n')
            escaped.Append('\r');
        else if (before is { } single)
            AppendSingle(single);
        if (unit == '\r' || char.IsHighSurrogate(unit))
            held = unit;
        else if (unit is '\n' or '\t')
            escaped.Append(unit);
        else
            AppendSingle(unit);
    }

    /// <summary>A unit by itself; half a character becomes the replacement character.</summary>
    private void AppendSingle(char unit) => TerminalText.Append(escaped, Rune.TryCreate(unit, out var rune) ? rune : Rune.ReplacementChar);
}
