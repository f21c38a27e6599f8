using System.Diagnostics;
using Temoto.Generation.Tools;

namespace Temoto.Cli;

/// <summary>One prompt answered on stdout, as it comes or as one document.</summary>
internal static class TextRun
{
    /// <summary>
    /// The text, a newline where it does not end in one, and the figures on stderr. An interrupt ends the text where it stands, and so does a reader who left.
    /// </summary>
    /// <param name="name">MODEL as it was given.</param>
    /// <param name="encode">Makes the prompt; the time to the first token counts it.</param>
    public static int Run(
        LanguageModel model, string name, Func<TextPrompt> encode, GenerationOptions options, TimeSpan loading, bool json, CancellationToken cancellation)
    {
        using var session = model.CreateSession();
        var start = Stopwatch.GetTimestamp();
        var prompt = encode();
        var pieces = session.Generate(prompt.Request(model, options, start), cancellation);
        using var output = StandardOutput.Open(autoFlush: !json);
        var answer = new AnswerText();
        var printed = new PrintedAnswer(output, Console.Error);
        try
        {
            foreach (var piece in pieces)
            {
                Take(prompt.Parser.Push(piece));
                if (OutputPipe.IsClosed)
                    break;
            }
            Take(prompt.Parser.End());
        }
        catch (OperationCanceledException)
        {
            // What there is by now stays, and the figures say why there is no more.
            Take(prompt.Parser.End());
        }
        finally
        {
            if (!json)
                printed.End();
        }
        if (json)
            output.WriteLine(Document(model, name, loading, answer, session.Statistics));
        output.Flush();
        Console.Error.WriteLine(Figures.Line(session.Statistics));
        return session.Statistics.FinishReason == FinishReason.Cancelled ? CommandLine.Interrupted : 0;

        void Take(IReadOnlyList<AnswerPart> parts)
        {
            foreach (var part in parts)
            {
                answer.Add(part);
                if (!json)
                    printed.Take(part);
            }
        }
    }

    private static string Document(LanguageModel model, string name, TimeSpan loading, AnswerText answer, GenerationStatistics statistics) =>
        Json.Document(new TextAnswer(name, answer.Text, answer.Reasoning.Length == 0 ? null : answer.Reasoning, CallLine.All(answer.Calls), model.Info.KernelSet, model.Info.Threads, loading.TotalSeconds, statistics), ResultContext.Default.TextAnswer);
}

/// <summary>The document of one prompt.</summary>
internal sealed record TextAnswer(string Model, string Text, string? Reasoning, IReadOnlyList<CallLine>? ToolCalls, string Kernels, int Threads, double LoadSeconds, GenerationStatistics Statistics) : GenerationFigures(Statistics);
