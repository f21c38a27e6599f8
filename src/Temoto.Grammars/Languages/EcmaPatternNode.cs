namespace Temoto.Grammars.Languages;

/// <summary>A part of a pattern, with what has to be known of it before its language is made. Two are the same only if they are one object.</summary>
internal abstract class EcmaPatternNode
{
    /// <summary>It can match without taking a point.</summary>
    public bool MayBeEmpty { get; protected init; }

    /// <summary>It takes no point, however it matches.</summary>
    public bool TakesNone { get; protected init; }

    /// <summary>A ^ is within.</summary>
    public bool HasStart { get; protected init; }

    /// <summary>A $ is within.</summary>
    public bool HasEnd { get; protected init; }

    /// <summary>A look-ahead is within.</summary>
    public bool HasLook { get; protected init; }

    /// <summary>What it matches depends on nothing but the points that it takes.</summary>
    public bool IsPlain => !HasStart && !HasEnd && !HasLook;

    /// <summary>One point of a set.</summary>
    public sealed class OfPoints(PointSet points) : EcmaPatternNode
    {
        public PointSet Points => points;
    }

    /// <summary>Two or more points, each written by itself.</summary>
    public sealed class OfText(string text) : EcmaPatternNode
    {
        public string Text => text;
    }

    /// <summary>The start of the text.</summary>
    public sealed class Start : EcmaPatternNode
    {
        public Start() => MayBeEmpty = TakesNone = HasStart = true;
    }

    /// <summary>The end of the text.</summary>
    public sealed class End : EcmaPatternNode
    {
        public End() => MayBeEmpty = TakesNone = HasEnd = true;
    }

    /// <summary>Several, of each of which it has what it has.</summary>
    public abstract class OfParts : EcmaPatternNode
    {
        protected OfParts(IReadOnlyList<EcmaPatternNode> parts)
        {
            Parts = parts;
            TakesNone = parts.All(part => part.TakesNone);
            HasStart = parts.Any(part => part.HasStart);
            HasEnd = parts.Any(part => part.HasEnd);
            HasLook = parts.Any(part => part.HasLook);
        }

        public IReadOnlyList<EcmaPatternNode> Parts { get; }
    }

    /// <summary>One after the other.</summary>
    public sealed class Sequence : OfParts
    {
        public Sequence(IReadOnlyList<EcmaPatternNode> parts)
            : base(parts) => MayBeEmpty = parts.All(part => part.MayBeEmpty);
    }

    /// <summary>One of them.</summary>
    public sealed class Choice : OfParts
    {
        public Choice(IReadOnlyList<EcmaPatternNode> parts)
            : base(parts) => MayBeEmpty = parts.Any(part => part.MayBeEmpty);
    }

    public sealed class Repeat : EcmaPatternNode
    {
        public Repeat(EcmaPatternNode body, int least, int most)
        {
            Body = body;
            Least = least;
            Most = most;
            MayBeEmpty = least == 0 || body.MayBeEmpty;
            TakesNone = most == 0 || body.TakesNone;
            HasStart = body.HasStart;
            HasEnd = body.HasEnd;
            HasLook = body.HasLook;
        }

        public EcmaPatternNode Body { get; }

        public int Least { get; }

        /// <summary><see cref="Language.NoEnd"/> is without end.</summary>
        public int Most { get; }
    }

    /// <summary>A look at what follows, which takes none of it.</summary>
    public sealed class LookAhead : EcmaPatternNode
    {
        public LookAhead(EcmaPatternNode body, bool isNegative)
        {
            Body = body;
            IsNegative = isNegative;
            MayBeEmpty = TakesNone = HasLook = true;
            HasStart = body.HasStart;
            HasEnd = body.HasEnd;
        }

        public EcmaPatternNode Body { get; }

        public bool IsNegative { get; }
    }
}
