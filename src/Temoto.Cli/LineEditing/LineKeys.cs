namespace Temoto.Cli.LineEditing;

/// <summary>What a key did to the line.</summary>
internal enum LineEvent
{
    /// <summary>It may have changed; go on.</summary>
    Edited,

    /// <summary>The text is entered.</summary>
    Entered,

    /// <summary>No more is coming.</summary>
    Ended,

    /// <summary>The screen is to be cleared.</summary>
    ScreenCleared,
}

/// <summary>Which key does what: the keys of Emacs and of shells, and those that have names.</summary>
internal static class LineKeys
{
    public static LineEvent Apply(TerminalInput input, LineEditor editor, LineHistory history)
    {
        var key = input.Key;
        if (input.Pasted is not null)
            editor.Insert(input.Pasted);
        else if (key.Key == ConsoleKey.Enter)
            return Enter(editor, alt: key.Modifiers.HasFlag(ConsoleModifiers.Alt));
        else if (key.KeyChar >= ' ' && key.KeyChar != '\x7f' && key.Modifiers is not ConsoleModifiers.Alt and not ConsoleModifiers.Control && !IsNamed(key.Key))
            editor.Insert(key.KeyChar.ToString());
        else if (key.Modifiers.HasFlag(ConsoleModifiers.Alt))
            ApplyAlt(key.Key, editor);
        else if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            return ApplyControl(key.Key, editor, history);
        else
            ApplyNamed(key.Key, editor, history);
        return LineEvent.Edited;
    }

    private static bool IsNamed(ConsoleKey key) => key is ConsoleKey.Backspace or ConsoleKey.Delete or ConsoleKey.Escape or ConsoleKey.Tab;

    /// <summary>A backslash at the end, or Alt, makes a line break of it.</summary>
    private static LineEvent Enter(LineEditor editor, bool alt)
    {
        if (!alt && !editor.Text.EndsWith('\\'))
            return LineEvent.Entered;
        if (alt)
            editor.Insert("\n");
        else
            editor.Set(editor.Text[..^1] + "\n");
        return LineEvent.Edited;
    }

    private static void ApplyNamed(ConsoleKey key, LineEditor editor, LineHistory history)
    {
        switch (key)
        {
            case ConsoleKey.LeftArrow:
                editor.MoveLeft();
                break;
            case ConsoleKey.RightArrow:
                editor.MoveRight();
                break;
            case ConsoleKey.Home:
                editor.MoveHome();
                break;
            case ConsoleKey.End:
                editor.MoveEnd();
                break;
            case ConsoleKey.Backspace:
                editor.DeleteLeft();
                break;
            case ConsoleKey.Delete:
                editor.DeleteRight();
                break;
            case ConsoleKey.UpArrow:
                GoUp(editor, history);
                break;
            case ConsoleKey.DownArrow:
                GoDown(editor, history);
                break;
        }
    }

    private static LineEvent ApplyControl(ConsoleKey key, LineEditor editor, LineHistory history)
    {
        switch (key)
        {
            case ConsoleKey.D when editor.Text.Length == 0:
                return LineEvent.Ended;
            case ConsoleKey.L:
                return LineEvent.ScreenCleared;
            case ConsoleKey.LeftArrow:
                editor.MoveWordLeft();
                break;
            case ConsoleKey.RightArrow:
                editor.MoveWordRight();
                break;
            case ConsoleKey.D:
                editor.DeleteRight();
                break;
            case ConsoleKey.K:
                editor.KillToEnd();
                break;
            case ConsoleKey.U:
                editor.KillToStart();
                break;
            case ConsoleKey.W:
                editor.KillToSpace();
                break;
            case ConsoleKey.Y:
                editor.Yank();
                break;
            default:
                ApplyNamed(WithoutControl(key), editor, history);
                break;
        }
        return LineEvent.Edited;
    }

    private static ConsoleKey WithoutControl(ConsoleKey key) => key switch
    {
        ConsoleKey.A => ConsoleKey.Home,
        ConsoleKey.E => ConsoleKey.End,
        ConsoleKey.B => ConsoleKey.LeftArrow,
        ConsoleKey.F => ConsoleKey.RightArrow,
        ConsoleKey.H => ConsoleKey.Backspace,
        ConsoleKey.P => ConsoleKey.UpArrow,
        ConsoleKey.N => ConsoleKey.DownArrow,
        _ => key,
    };

    private static void ApplyAlt(ConsoleKey key, LineEditor editor)
    {
        switch (key)
        {
            case ConsoleKey.B or ConsoleKey.LeftArrow:
                editor.MoveWordLeft();
                break;
            case ConsoleKey.F or ConsoleKey.RightArrow:
                editor.MoveWordRight();
                break;
            case ConsoleKey.D or ConsoleKey.Delete:
                editor.KillWordRight();
                break;
            case ConsoleKey.Backspace:
                editor.KillWordLeft();
                break;
        }
    }

    /// <summary>Within the text first; from its first line on, through the history.</summary>
    private static void GoUp(LineEditor editor, LineHistory history)
    {
        if (!editor.MoveUp() && history.Older(editor.Text) is { } entry)
            editor.Set(entry);
    }

    private static void GoDown(LineEditor editor, LineHistory history)
    {
        if (!editor.MoveDown() && history.Newer() is { } entry)
            editor.Set(entry);
    }
}
