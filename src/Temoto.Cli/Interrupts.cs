using System.Runtime.InteropServices;

namespace Temoto.Cli;

/// <summary>
/// Ctrl-C and SIGTERM. They cancel <see cref="Token"/>, and with it the verb; while a scope is open (an answer of a chat), the first Ctrl-C cancels only
/// that. A signal after the verb was cancelled ends the process at once.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly Lock scopeLock = new();
    private readonly CancellationTokenSource process = new();
    private readonly PosixSignalRegistration[] registrations;
    private CancellationTokenSource? scope;

    public Interrupts() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, maySpareTheVerb: true)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, maySpareTheVerb: false)),
    ];

    public CancellationToken Token => process.Token;

    /// <summary>Runs <paramref name="work"/> so that Ctrl-C cancels its token first; false if that happened.</summary>
    public async Task<bool> RunScopeAsync(Func<CancellationToken, Task> work)
    {
        using var opened = CancellationTokenSource.CreateLinkedTokenSource(process.Token);
        lock (scopeLock)
            scope = opened;
        try
        {
            await work(opened.Token);
            return true;
        }
        catch (OperationCanceledException) when (!process.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            lock (scopeLock)
                scope = null;
        }
    }

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        process.Dispose();
    }

    /// <summary>At once, but not without a cursor, nor with the terminal still marking what is pasted.</summary>
    private static void Leave()
    {
        if (StandardError.IsTerminal)
            StandardError.Raw.Write("\e[?25h\e[?2004l");
        Environment.Exit(CommandLine.Interrupted);
    }

    private void OnSignal(PosixSignalContext context, bool maySpareTheVerb)
    {
        context.Cancel = true;
        lock (scopeLock)
        {
            if (process.IsCancellationRequested)
                Leave();
            if (maySpareTheVerb && scope is { IsCancellationRequested: false })
                scope.Cancel();
            else
                process.Cancel();
        }
    }
}
