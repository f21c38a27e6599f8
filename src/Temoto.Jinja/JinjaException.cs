namespace Temoto.Jinja;

/// <summary>What is wrong with a template, or went wrong while it was rendered. Its texts may hold what the template and its input hold, line ends and control characters included.</summary>
public sealed class JinjaException : Exception
{
    internal const string FixTemplate = "fix the chat template or give another";

    internal JinjaException(string found, string expected, string next = FixTemplate, int line = 0)
        : base($"{(line > 0 ? $"line {line}: " : "")}found {found}; expected {expected}; {next}")
    {
        Found = found;
        Expected = expected;
        Next = next;
        Line = line;
    }

    /// <summary>What was found.</summary>
    public string Found { get; }

    /// <summary>What was expected instead.</summary>
    public string Expected { get; }

    /// <summary>What the reader can do about it.</summary>
    public string Next { get; }

    /// <summary>Of the template, from 1 on; 0 where no line is at fault.</summary>
    public int Line { get; }
}
