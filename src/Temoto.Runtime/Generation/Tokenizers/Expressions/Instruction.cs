namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>What an instruction of a compiled expression does.</summary>
internal enum Operation
{
    /// <summary>The expression, or the body of a group that is matched by itself, has matched.</summary>
    Match,

    /// <summary>Takes a code point of the set.</summary>
    Take,

    /// <summary>Takes code points of the set, from Least to Most, as the greed says.</summary>
    TakeMany,

    /// <summary>Goes on at First, and at Second where that fails; at either only where the next code point lets it.</summary>
    Try,

    /// <summary>Goes on at First.</summary>
    Jump,

    /// <summary>Matches what follows up to its Match by itself and goes on at First from where that ended.</summary>
    Atomic,

    /// <summary>Matches what follows up to its Match by itself and goes on at First if it did, from where it stood.</summary>
    LookAhead,

    /// <summary>The same if it did not.</summary>
    LookAheadNegative,

    /// <summary>Goes on if the code point before is of the set.</summary>
    LookBehind,

    /// <summary>Goes on if it is not, or there is none.</summary>
    LookBehindNegative,

    /// <summary>Goes on at a place.</summary>
    Place,

    /// <summary>Remembers where it stands in the slot First.</summary>
    Remember,

    /// <summary>Takes what lies between the slots First and First + 1.</summary>
    Again,
}

/// <summary>A step of a compiled expression; those that name no other go on with the next.</summary>
internal readonly record struct Instruction(Operation Operation)
{
    public CharacterSet? Points { get; init; }

    public int First { get; init; }

    public int Second { get; init; }

    /// <summary>What goes on at First begins with one of these; null where it may begin with anything, or with nothing.</summary>
    public CharacterSet? FirstPoints { get; init; }

    /// <summary>The same of Second; of what follows a repeat of a set.</summary>
    public CharacterSet? SecondPoints { get; init; }

    public int Least { get; init; }

    public int Most { get; init; }

    public Greed Greed { get; init; }

    public Anchor Anchor { get; init; }
}
