namespace Temoto.Cli;

/// <summary>Where the messages of a chat come from: a pipe or a person at a terminal.</summary>
internal interface IMessageSource : IDisposable
{
    /// <summary>The next message, which may have several lines; null at the end.</summary>
    Task<string?> ReadAsync(CancellationToken cancellation);
}
