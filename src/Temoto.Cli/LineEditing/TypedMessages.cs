using System.Runtime.InteropServices;

namespace Temoto.Cli.LineEditing;

/// <summary>
/// Messages typed at a terminal, with editing and history. Ctrl-C gives up what is typed; in an empty line it says how to leave, and a second one leaves.
/// </summary>
internal sealed class TypedMessages : IMessageSource
{
    private readonly Interrupts interrupts;
    private readonly TerminalLine line = TerminalLine.OnConsole();
    private readonly KeyQueue keys = new();
    private readonly KeyDecoder decoder = new();
    private readonly LineEditor editor = new();
    private readonly HistoryFile? file = HistoryFile.OfUser();
    private readonly LineHistory history;
    private readonly List<PosixSignalRegistration> signals = [];
    private bool canKeep = true;
    private bool warned;

    public TypedMessages(Interrupts interrupts)
    {
        this.interrupts = interrupts;
        KeyQueue.Begin();
        history = new LineHistory(Kept());
        if (OperatingSystem.IsWindows())
            return;
        signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => line.Resized()));
        signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => line.Resumed()));
    }

    public async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            string? text = null;
            if (await interrupts.RunScopeAsync(async interrupted => text = await ReadLineAsync(interrupted)))
            {
                warned = false;
                return text;
            }
            cancellation.ThrowIfCancellationRequested();
            GiveUp();
        }
    }

    public void Dispose()
    {
        // The command was ended from outside.
        if (line.IsDrawn)
            line.Leave(editor.Text);
        foreach (var signal in signals)
            signal.Dispose();
    }

    /// <summary>The text entered, or null where nothing more comes.</summary>
    private async Task<string?> ReadLineAsync(CancellationToken cancellation)
    {
        editor.Set("");
        history.Rewind();
        line.Draw("", 0);
        while (true)
        {
            var what = decoder.Decode(await keys.NextAsync(cancellation)) is { } input ? LineKeys.Apply(input, editor, history) : LineEvent.Edited;
            if (what == LineEvent.Entered)
                return Entered();
            if (what == LineEvent.Ended)
            {
                line.Leave("");
                return null;
            }
            if (what == LineEvent.ScreenCleared)
                line.ClearScreen();
            if (!keys.HasKeys)
                line.Draw(editor.Text, editor.Cursor);
        }
    }

    private string Entered()
    {
        line.Leave(editor.Text);
        // Half a surrogate pair is no character.
        var text = string.Concat(editor.Text.EnumerateRunes());
        if (!string.IsNullOrWhiteSpace(text) && history.Add(text))
            Keep(text);
        return text;
    }

    /// <summary>After Ctrl-C.</summary>
    private void GiveUp()
    {
        decoder.Reset();
        var wasEmpty = editor.Text.Length == 0;
        line.Leave(editor.Text, "^C");
        editor.Set("");
        if (!wasEmpty)
            return;
        if (warned)
            throw new OperationCanceledException();
        warned = true;
        Console.Error.WriteLine("(Ctrl-C again, Ctrl-D or /exit leaves)");
    }

    private IReadOnlyList<string> Kept()
    {
        try
        {
            return file?.Read() ?? [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            StopKeeping(error);
            return [];
        }
    }

    private void Keep(string text)
    {
        if (!canKeep)
            return;
        try
        {
            file?.Add(text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            StopKeeping(error);
        }
    }

    /// <summary>Says it once: a chat goes on without.</summary>
    private void StopKeeping(Exception error)
    {
        canKeep = false;
        Console.Error.WriteLine($"temoto: the history of this chat is not kept: {error.Message} ({HistoryFile.EnvironmentVariable}=FILE puts it elsewhere)");
    }
}
