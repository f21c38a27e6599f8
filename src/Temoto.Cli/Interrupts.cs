using System.Runtime.InteropServices;

namespace Temoto.Cli;

/// <summary>
/// Ctrl-C and SIGTERM. They cancel <see cref="Token"/>, and with it the verb; while a scope is open (an answer of a chat), the first Ctrl-C cancels only that.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource process = new();
    private readonly PosixSignalRegistration[] registrations;
    private CancellationTokenSource? scope;

    public Interrupts() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, scope)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, null)),
    ];

    public CancellationToken Token => process.Token;

    /// <summary>Until disposed, Ctrl-C cancels the source that is returned here, once.</summary>
    public CancellationTokenSource OpenScope()
    {
        var opened = CancellationTokenSource.CreateLinkedTokenSource(process.Token);
        opened.Token.Register(() => scope = null);
        scope = opened;
        return opened;
    }

    /// <summary>Ctrl-C ends the verb again.</summary>
    public void CloseScope() => scope = null;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        process.Dispose();
    }

    private void OnSignal(PosixSignalContext context, CancellationTokenSource? first)
    {
        context.Cancel = true;
        if (first is { IsCancellationRequested: false })
            first.Cancel();
        else
            process.Cancel();
    }
}
