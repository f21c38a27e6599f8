namespace Temoto.Grammars.Masks;

/// <summary>What a state allows whatever lies below it: tokens that end within its node, or with it.</summary>
/// <param name="content">A bit for each that is content of a string; null where <paramref name="tokens"/> has them. Shared by states.</param>
/// <param name="tokens">The others.</param>
/// <param name="tree">Of the exits' places.</param>
/// <param name="exits">Where tokens go on behind the node's end.</param>
internal sealed class StateMask(ulong[]? content, TokenSet tokens, TokenTree tree, MaskExit[] exits)
{
    public ulong[]? Content => content;

    public TokenSet Tokens => tokens;

    public TokenTree Tree => tree;

    public MaskExit[] Exits => exits;

    /// <summary>The ways that end at exits.</summary>
    public int[] ExitWays { get; } = [.. exits.Select(exit => exit.Way).Distinct()];
}

/// <summary>A place of the token tree with tokens behind it, at which ways of a node have ended.</summary>
internal readonly record struct MaskExit(int Place, int Way);
