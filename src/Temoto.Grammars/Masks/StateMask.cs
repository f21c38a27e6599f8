namespace Temoto.Grammars.Masks;

/// <summary>What a state allows whatever lies below it: tokens that end within its node, or with it.</summary>
/// <param name="Content">A bit for each that is content of a string; null where <paramref name="Tokens"/> has them. Shared by states.</param>
/// <param name="Tokens">A bit for each.</param>
/// <param name="Tree">Of the exits' places.</param>
/// <param name="Exits">Where tokens go on behind the node's end.</param>
internal sealed record StateMask(ulong[]? Content, ulong[] Tokens, TokenTree Tree, MaskExit[] Exits);

/// <summary>A place of the token tree with tokens behind it, at which ways of a node have ended.</summary>
internal readonly record struct MaskExit(int Place, int Way);
