namespace Temoto.Grammars;

/// <summary>How JSON may be written.</summary>
public enum JsonStyle
{
    /// <summary>Without white space, escapes only where they are needed, whole numbers without a point, members in the order of the schema.</summary>
    Compact,

    /// <summary>The same, with a space behind a comma or a colon where the model writes one, and members in any order: as it is used to writing the arguments of calls.</summary>
    Spaced,

    /// <summary>In any way that JSON allows, members in any order.</summary>
    Free,
}
