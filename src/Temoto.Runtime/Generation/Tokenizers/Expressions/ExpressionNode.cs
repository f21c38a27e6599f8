namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>A regular expression as it is written down.</summary>
internal abstract record ExpressionNode
{
    /// <summary>Whether it can match without taking anything.</summary>
    public abstract bool CanBeEmpty { get; }

    /// <summary>One code point of a set.</summary>
    internal sealed record Set(CharacterSet Points) : ExpressionNode
    {
        public override bool CanBeEmpty => false;
    }

    /// <summary>One after the other.</summary>
    internal sealed record Sequence(IReadOnlyList<ExpressionNode> Parts) : ExpressionNode
    {
        public override bool CanBeEmpty => Parts.All(part => part.CanBeEmpty);
    }

    /// <summary>The first that lets the rest match.</summary>
    internal sealed record Alternatives(IReadOnlyList<ExpressionNode> Choices) : ExpressionNode
    {
        public override bool CanBeEmpty => Choices.Any(choice => choice.CanBeEmpty);
    }

    /// <summary>From <paramref name="Least"/> to <paramref name="Most"/> times; a null is without end.</summary>
    internal sealed record Repeat(ExpressionNode Body, int Least, int? Most, Greed Greed) : ExpressionNode
    {
        public override bool CanBeEmpty => Least == 0 || Body.CanBeEmpty;
    }

    /// <summary>Remembers what its body took.</summary>
    /// <param name="Number">From 1.</param>
    internal sealed record Capture(ExpressionNode Body, int Number) : ExpressionNode
    {
        public override bool CanBeEmpty => Body.CanBeEmpty;
    }

    /// <summary>Takes what a group took.</summary>
    internal sealed record Again(int Number) : ExpressionNode
    {
        public override bool CanBeEmpty => true;
    }

    /// <summary>What it took is not given back: <c>(?&gt;...)</c>.</summary>
    internal sealed record Atomic(ExpressionNode Body) : ExpressionNode
    {
        public override bool CanBeEmpty => Body.CanBeEmpty;
    }

    /// <summary>Holds where its body would match from here, or would not; takes nothing.</summary>
    internal sealed record LookAhead(ExpressionNode Body, bool Negative) : ExpressionNode
    {
        public override bool CanBeEmpty => true;
    }

    /// <summary>Holds where the code point before is of a set, or is not (or there is none); takes nothing.</summary>
    internal sealed record LookBehind(CharacterSet Points, bool Negative) : ExpressionNode
    {
        public override bool CanBeEmpty => true;
    }

    /// <summary>A place in the text; takes nothing.</summary>
    internal sealed record Place(Anchor Anchor) : ExpressionNode
    {
        public override bool CanBeEmpty => true;
    }
}

/// <summary>How a repeat takes and gives back.</summary>
internal enum Greed
{
    /// <summary>As much as it can, and gives back.</summary>
    Greedy,

    /// <summary>As little as it can, and takes more.</summary>
    Lazy,

    /// <summary>As much as it can, and gives nothing back.</summary>
    Possessive,
}

/// <summary>A place in a text.</summary>
internal enum Anchor
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}
