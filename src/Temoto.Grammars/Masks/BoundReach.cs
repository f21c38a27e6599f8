using System.Numerics;

namespace Temoto.Grammars.Masks;

/// <summary>
/// What the states allow that differ in bounds of repeats from a given one on: between what the smallest of these bounds allows and what no bound allows, since bounds only ever take texts away. What only one of the two allows is all that has to be looked at
/// for each state.
/// </summary>
internal sealed class BoundReach(StateMask least, StateMask most)
{
    /// <summary>Tokens and exits of one and not of the other, at their places in the tree.</summary>
    private readonly int[] places = Between(least, most);
    private readonly HashSet<MaskExit> exits = [.. most.Exits.Except(least.Exits)];

    public TokenTree Tree => most.Tree;

    /// <summary>All of them allow the same.</summary>
    public bool IsAlike => places.Length == 0;

    public StateMask Most => most;

    /// <summary>Places to look at, in order.</summary>
    public ReadOnlySpan<int> Places => places;

    /// <summary>Whether the two can be compared.</summary>
    public static bool Takes(StateMask least, StateMask most) => least.Content is null && most.Content is null && least.Tree == most.Tree;

    /// <summary>What a state allows, of which the places were looked at.</summary>
    /// <param name="tokens">Those found there.</param>
    /// <param name="found">Exits found on the way.</param>
    public StateMask With(ulong[] tokens, List<MaskExit> found)
    {
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] |= least.Tokens[i];
        return new StateMask(null, tokens, most.Tree, [.. least.Exits.Concat(found.Where(exits.Contains)).OrderBy(exit => exit.Place)]);
    }

    private static int[] Between(StateMask least, StateMask most)
    {
        var places = new List<int>();
        for (var word = 0; word < most.Tokens.Length; word++)
        {
            for (var bits = most.Tokens[word] & ~least.Tokens[word]; bits != 0; bits &= bits - 1)
                places.Add(most.Tree.PlaceOf((word << 6) + BitOperations.TrailingZeroCount(bits)));
        }
        places.AddRange(most.Exits.Except(least.Exits).Select(exit => exit.Place));
        return [.. places.Distinct().Order()];
    }
}
