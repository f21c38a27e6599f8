namespace Temoto.Formats.Hub;

/// <summary>A try that failed in a way another try may mend: a lost connection, a busy server.</summary>
internal sealed class HubTransferException(string message, Exception? inner = null, TimeSpan? retryAfter = null) : IOException(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>What the caller sees when no try is left.</summary>
    public HubUnavailableException Final(HubOptions options, int attempts) =>
        new($"{options.Repository}: {OneLine(Message)} ({attempts} tries); check the connection and run it again: what was fetched is kept", this);

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) is { Length: > 300 } longText ? longText[..300] : text.ReplaceLineEndings(" ");
}
