namespace Temoto.Grammars.Masks;

/// <summary>One reading of the text so far: where it is in a node, and what is to come behind that.</summary>
/// <param name="Way">Of the node, where the state is of one.</param>
internal readonly record struct MatchPoint(LexicalState State, int Way, GrammarNode Node, Frame Below)
{
    /// <summary>The way that is open behind a byte; -1 where there are several.</summary>
    public int WayBehind(byte value, LexicalState after) => State.HasOneWay ? Way : after.HasOneWay ? State.WayLeft(value) : -1;

    /// <summary>What comes when a way has ended.</summary>
    /// <param name="way">As the state counts: 0 where it is of one.</param>
    public IReadOnlyList<GrammarNode> Then(int way) => Node.Ways[State.HasOneWay ? Way : way].Then;
}
