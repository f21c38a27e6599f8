using System.Text;

namespace Temoto.Cli;

/// <summary>
/// Messages from stdin as it is, a line each; a line that ends in a backslash goes on in the next. Also for terminals that cannot move the cursor.
/// </summary>
internal sealed class PipedMessages : IMessageSource
{
    private readonly StreamReader input = new(Console.OpenStandardInput(), new UTF8Encoding(false));

    public async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        var message = new StringBuilder();
        while (true)
        {
            if (!Console.IsInputRedirected)
                await Console.Error.WriteAsync(message.Length == 0 ? "> " : ". ");
            // A read from a terminal cannot be cancelled; waiting for it can.
            var line = await Task.Run(input.ReadLine, cancellation).WaitAsync(cancellation);
            if (line is null)
                return message.Length == 0 ? null : message.ToString();
            if (!line.EndsWith('\\'))
                return message.Append(line).ToString();
            message.Append(line, 0, line.Length - 1).Append('\n');
        }
    }

    public void Dispose() => input.Dispose();
}
