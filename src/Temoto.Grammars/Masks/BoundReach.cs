namespace Temoto.Grammars.Masks;

/// <summary>
/// What the states allow that differ in bounds of repeats from a given one on: between what the smallest of these bounds allows and what no bound allows, since bounds only ever take texts away. What only one of the two allows is all that has to be looked at
/// for each state.
/// </summary>
internal sealed class BoundReach
{
    private readonly StateMask least;

    /// <summary>Tokens and exits of one and not of the other, at their places in the tree.</summary>
    private readonly int[] places;

    /// <param name="least">What the smallest bounds allow, of the same tree and without content apart.</param>
    /// <param name="most">What no bound allows.</param>
    public BoundReach(StateMask least, StateMask most)
    {
        (this.least, Most) = (least, most);
        places = [.. TokenPlaces(least, most).Concat(most.Exits.Except(least.Exits).Select(exit => exit.Place)).Distinct().Order()];
    }

    public StateMask Most { get; }

    /// <summary>All of them allow the same.</summary>
    public bool IsAlike => places.Length == 0;

    /// <summary>Places to look at, in order.</summary>
    public ReadOnlySpan<int> Places => places;

    /// <summary>Whether the two can be compared.</summary>
    public static bool Takes(StateMask least, StateMask most) => least.Content is null && most.Content is null && least.Tree == most.Tree;

    /// <summary>What all of them allow.</summary>
    public TokenSet Tokens => least.Tokens;

    /// <summary>What a state allows, of which the places were looked at. Exits found on the way count even where no bound has none: there, all tokens below are taken anyway, and exits were not looked for.</summary>
    /// <param name="found">There and on the way, beside <see cref="Tokens"/>.</param>
    public StateMask With(StateMask found) => new(found.Content, found.Tokens, found.Tree, [.. least.Exits.Union(found.Exits).OrderBy(exit => exit.Place)]);

    private static IEnumerable<int> TokenPlaces(StateMask least, StateMask most)
    {
        int[] more = [.. most.Tokens.Numbers], less = [.. least.Tokens.Numbers];
        return more.Except(less).Select(most.Tree.PlaceOf);
    }
}
