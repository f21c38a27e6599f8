namespace Temoto.Grammars.Languages;

/// <summary>Whether a place in a text is its start.</summary>
internal enum EcmaStart
{
    Here,

    /// <summary>Points have come before.</summary>
    Past,

    /// <summary>It depends on what came before.</summary>
    Unknown,
}

/// <summary>What is known of the place in a text where a part of a pattern is to match.</summary>
/// <param name="MayEnd">False where only the matches are asked for that need no end of the text.</param>
internal readonly record struct EcmaPlace(EcmaStart Start, bool MayEnd)
{
    public EcmaPlace After(EcmaPatternNode node) =>
        node.TakesNone || Start == EcmaStart.Past ? this : this with { Start = node.MayBeEmpty ? EcmaStart.Unknown : EcmaStart.Past };
}
