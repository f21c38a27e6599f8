namespace Temoto.Grammars;

/// <summary>A schema, a grammar or an expression that cannot be used. Its texts may hold what the source holds, line ends and control characters included.</summary>
public sealed class GrammarException : Exception
{
    internal GrammarException(string place, string found, string expected, string next)
        : base($"{(place.Length > 0 ? $"{place}: " : "")}found {found}; expected {expected}; {next}")
    {
        Place = place;
        Found = found;
        Expected = expected;
        Next = next;
    }

    /// <summary>Where in the source: a JSON pointer of a schema, a line of a grammar; empty for the whole.</summary>
    public string Place { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }

    /// <summary>What was expected instead.</summary>
    public string Expected { get; }

    /// <summary>What the reader can do about it.</summary>
    public string Next { get; }
}
