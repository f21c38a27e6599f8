namespace Temoto.Grammars.Masks;

/// <summary>What is to come when the node at hand has come to its end: a node, and what is to come behind that. Equal ones are one object.</summary>
internal sealed class Frame(GrammarNode node, Frame? below)
{
    private Dictionary<GrammarNode, Frame>? above;

    public GrammarNode Node => node;

    public Frame? Below => below;

    public Frame Above(GrammarNode next)
    {
        above ??= [];
        if (!above.TryGetValue(next, out var frame))
            above.Add(next, frame = new Frame(next, this));
        return frame;
    }
}
