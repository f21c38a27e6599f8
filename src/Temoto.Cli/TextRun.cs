using System.Diagnostics;
using System.Text;

namespace Temoto.Cli;

/// <summary>One prompt answered on stdout, as it comes or as one document.</summary>
internal static class TextRun
{
    /// <summary>
    /// The text, a newline where it does not end in one, and the figures on stderr. An interrupt ends the text where it stands, and so does a reader who left.
    /// </summary>
    /// <param name="name">MODEL as it was given.</param>
    /// <param name="encode">Makes the prompt; the time to the first token counts it.</param>
    public static async Task<int> RunAsync(
        LanguageModel model, string name, Func<int[]> encode, GenerationOptions options, TimeSpan loading, bool json, CancellationToken cancellation)
    {
        using var session = model.CreateSession();
        var start = Stopwatch.GetTimestamp();
        var pieces = session.Generate(encode(), options, start, cancellation);
        await using var output = StandardOutput.Open(autoFlush: !json);
        var whole = new StringBuilder();
        try
        {
            foreach (var piece in pieces)
            {
                whole.Append(piece);
                if (json || piece.Length == 0)
                    continue;
                await output.WriteAsync(piece);
                if (OutputPipe.IsClosed)
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            // What there is by now stays, and the figures say why there is no more.
        }
        finally
        {
            if (!json && (whole.Length == 0 || whole[^1] != '\n'))
                await output.WriteLineAsync();
        }
        if (json)
            await output.WriteLineAsync(Document(model, name, loading, whole.ToString(), session.Statistics));
        await output.FlushAsync(CancellationToken.None);
        await Console.Error.WriteLineAsync(Figures.Line(session.Statistics));
        return session.Statistics.FinishReason == FinishReason.Cancelled ? CommandLine.Interrupted : 0;
    }

    private static string Document(LanguageModel model, string name, TimeSpan loading, string text, GenerationStatistics statistics) =>
        Json.Document(new TextAnswer(name, text, model.Info.KernelSet, model.Info.Threads, loading.TotalSeconds, statistics), ResultContext.Default.TextAnswer);
}

/// <summary>The document of one prompt.</summary>
internal sealed record TextAnswer(string Model, string Text, string Kernels, int Threads, double LoadSeconds, GenerationStatistics Statistics) : GenerationFigures(Statistics);
