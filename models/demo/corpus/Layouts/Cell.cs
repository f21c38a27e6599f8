using Temoto.Demo.Corpus.World;

namespace Temoto.Demo.Corpus.Layouts;

/// <summary>What a cell of a log line holds.</summary>
internal enum Role
{
    Time,
    Name,
    Type,
    State,
    Severity,
    Code,
    Message,
    Hint,
    Note,
    Decoy,
    Reading,
}

/// <summary>One cell of a log line. A reading's text is left to the layout.</summary>
internal sealed record Cell(Role Role, string Text, Reading? Reading = null)
{
    public static Cell Of(Reading reading) => new(Role.Reading, reading.Value, reading);
}
