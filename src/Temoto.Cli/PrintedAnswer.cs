namespace Temoto.Cli;

/// <summary>An answer as it comes: text on stdout, each call a line of JSON there, thoughts on stderr.</summary>
internal sealed class PrintedAnswer(TextWriter output, TextWriter errors)
{
    private bool hasOutput;
    private bool inLine;
    private bool inThoughts;

    public async Task TakeAsync(AnswerPart part)
    {
        switch (part.Kind)
        {
            case AnswerPartKind.Reasoning:
                inThoughts = true;
                await errors.WriteAsync(part.Text);
                break;
            case AnswerPartKind.Text or AnswerPartKind.CallFails:
                await EndThoughtsAsync();
                await output.WriteAsync(part.Text);
                (hasOutput, inLine) = (true, !part.Text.EndsWith('\n'));
                break;
            case AnswerPartKind.CallEnds:
                await EndThoughtsAsync();
                if (inLine)
                    await output.WriteLineAsync();
                await output.WriteLineAsync(Json.Line(CallLine.Of(new ToolCall(part.CallId!, part.CallName!, part.Text)), ResultContext.Default.CallLine));
                (hasOutput, inLine) = (true, false);
                break;
        }
    }

    /// <summary>A newline where the text does not end in one, or where there is none.</summary>
    public async Task EndAsync()
    {
        await EndThoughtsAsync();
        if (inLine || !hasOutput)
            await output.WriteLineAsync();
    }

    private async Task EndThoughtsAsync()
    {
        if (inThoughts)
            await errors.WriteLineAsync();
        inThoughts = false;
    }
}
