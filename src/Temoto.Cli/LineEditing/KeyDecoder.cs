using System.Text;

namespace Temoto.Cli.LineEditing;

/// <summary>A key that was pressed, or a text that was pasted in one go.</summary>
internal readonly record struct TerminalInput(ConsoleKeyInfo Key, string? Pasted);

/// <summary>
/// Joins what the console hands over character by character: the brackets around a paste (ESC [ 200 ~ and ESC [ 201 ~), sequences of keys it does not
/// know (they mean nothing here), and Escape before another key, which is the same as Alt with it.
/// </summary>
internal sealed class KeyDecoder
{
    private const char EscapeChar = '\e';
    private readonly StringBuilder pasted = new();
    private readonly StringBuilder parameters = new();
    private State state;
    private bool inPaste;

    private enum State
    {
        Ground,
        Escape,
        ControlSequence,
        SingleShift,
    }

    /// <summary>Forgets what is half done, as when the line is given up.</summary>
    public void Reset() => (state, inPaste) = (State.Ground, false);

    /// <summary>What the key completes; null while more is to come.</summary>
    public TerminalInput? Decode(ConsoleKeyInfo key)
    {
        switch (state)
        {
            case State.Escape:
                return AfterEscape(key);
            case State.ControlSequence:
                return InControlSequence(key.KeyChar);
            case State.SingleShift:
                state = State.Ground;
                return null;
        }
        if (key.KeyChar == EscapeChar)
        {
            state = State.Escape;
            return null;
        }
        if (!inPaste)
            return new TerminalInput(key, null);
        Paste(key);
        return null;
    }

    private TerminalInput? AfterEscape(ConsoleKeyInfo key)
    {
        state = key.KeyChar switch { '[' => State.ControlSequence, 'O' => State.SingleShift, EscapeChar => State.Escape, _ => State.Ground };
        parameters.Clear();
        if (state != State.Ground)
            return null;
        if (inPaste)
        {
            Paste(key);
            return null;
        }
        return new TerminalInput(new ConsoleKeyInfo(key.KeyChar, Named(key), key.Modifiers.HasFlag(ConsoleModifiers.Shift), alt: true, control: false), null);
    }

    /// <summary>A letter typed by itself has its name; behind an Escape some platforms give none.</summary>
    private static ConsoleKey Named(ConsoleKeyInfo key) =>
        key.Key == ConsoleKey.None && char.IsAsciiLetter(key.KeyChar) ? (ConsoleKey)char.ToUpperInvariant(key.KeyChar) : key.Key;

    /// <summary>Parameters and intermediate characters up to the final one (ECMA-48: 0x40 to 0x7E).</summary>
    private TerminalInput? InControlSequence(char next)
    {
        if (next is >= ' ' and < '@')
        {
            parameters.Append(next);
            return null;
        }
        state = next == EscapeChar ? State.Escape : State.Ground;
        return next == '~' ? parameters.ToString() switch { "200" => BeginPaste(), "201" => EndPaste(), _ => null } : null;
    }

    private TerminalInput? BeginPaste()
    {
        inPaste = true;
        pasted.Clear();
        return null;
    }

    private TerminalInput? EndPaste()
    {
        if (!inPaste)
            return null;
        inPaste = false;
        return new TerminalInput(default, pasted.ToString());
    }

    /// <summary>Of control characters, only tabs and line breaks can be meant.</summary>
    private void Paste(ConsoleKeyInfo key)
    {
        if (key.KeyChar is '\r' or '\n')
            pasted.Append('\n');
        else if (key.KeyChar == '\t' || !char.IsControl(key.KeyChar))
            pasted.Append(key.KeyChar);
    }
}
