namespace Temoto.Cli;

/// <summary>An answer as it comes: text on stdout, each call a line of JSON there, thoughts on stderr.</summary>
internal sealed class PrintedAnswer(TextWriter output, TextWriter errors)
{
    private bool hasOutput;
    private bool inLine;
    private bool inThoughts;

    public void Take(AnswerPart part)
    {
        switch (part.Kind)
        {
            case AnswerPartKind.Reasoning:
                inThoughts = true;
                errors.Write(part.Text);
                break;
            case AnswerPartKind.Text or AnswerPartKind.CallFails:
                EndThoughts();
                output.Write(part.Text);
                (hasOutput, inLine) = (true, !part.Text.EndsWith('\n'));
                break;
            case AnswerPartKind.CallEnds:
                EndThoughts();
                if (inLine)
                    output.WriteLine();
                output.WriteLine(Json.Line(CallLine.Of(new ToolCall(part.CallId!, part.CallName!, part.Text)), ResultContext.Default.CallLine));
                (hasOutput, inLine) = (true, false);
                break;
        }
    }

    /// <summary>A newline where the text does not end in one, or where there is none.</summary>
    public void End()
    {
        EndThoughts();
        if (inLine || !hasOutput)
            output.WriteLine();
    }

    private void EndThoughts()
    {
        if (inThoughts)
            errors.WriteLine();
        inThoughts = false;
    }
}
