namespace Temoto.Grammars;

/// <summary>How JSON may be written.</summary>
public enum JsonStyle
{
    /// <summary>Without white space, escapes only where they are needed, whole numbers without a point, members in the order of the schema.</summary>
    Compact,

    /// <summary>In any way that JSON allows, members in any order.</summary>
    Free,
}
