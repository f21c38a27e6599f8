using System.Text;

namespace Temoto.Cli;

/// <summary>Text from stdin, as UTF-8 and unchanged.</summary>
internal static class StandardInput
{
    /// <summary>Reads to the end. A read from a pipe or terminal cannot be cancelled; waiting for it can.</summary>
    public static Task<string> ReadToEndAsync(CancellationToken cancellation) =>
        Task.Run(
            () =>
            {
                using var reader = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
                return reader.ReadToEnd();
            },
            cancellation).WaitAsync(cancellation);
}
