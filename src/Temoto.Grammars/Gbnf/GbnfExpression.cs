using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Gbnf;

/// <summary>A part of a rule, as written. Each stands in one place.</summary>
internal abstract class GbnfExpression
{
    /// <summary>What <see cref="Size"/> is of an expression that is no regular language, or too large a one.</summary>
    public const int NotRegular = int.MaxValue;

    /// <summary>What it is a part of; null for the whole of a rule.</summary>
    public GbnfExpression? Parent { get; set; }

    /// <summary>The rule whose whole it is.</summary>
    public GbnfRule? WholeOf { get; set; }

    /// <summary>Levels of it.</summary>
    public int Height { get; protected init; } = 1;

    /// <summary>Some finite text is of its form.</summary>
    public bool CanEnd { get; set; }

    /// <summary>The empty text is of its form.</summary>
    public bool IsNullable { get; set; }

    /// <summary>Parts, those of the rules it names included, where it is a regular language.</summary>
    public int Size { get; set; } = NotRegular;

    public bool IsRegular => Size != NotRegular;

    public abstract IReadOnlyList<GbnfExpression> Parts { get; }

    protected void Hold()
    {
        foreach (var part in Parts)
            part.Parent = this;
    }
}

/// <summary>One text, not empty.</summary>
internal sealed class TextExpression(string text) : GbnfExpression
{
    public string Text => text;

    public override IReadOnlyList<GbnfExpression> Parts => [];
}

/// <summary>One code point of a set.</summary>
internal sealed class ClassExpression(PointSet points) : GbnfExpression
{
    public PointSet Points => points;

    public override IReadOnlyList<GbnfExpression> Parts => [];
}

/// <summary>What a rule says.</summary>
internal sealed class ReferenceExpression(GbnfRule rule) : GbnfExpression
{
    public GbnfRule Rule => rule;

    public override IReadOnlyList<GbnfExpression> Parts => [];
}

/// <summary>All parts one after the other; without parts, the empty text.</summary>
internal sealed class SequenceExpression : GbnfExpression
{
    public SequenceExpression(IReadOnlyList<GbnfExpression> parts)
    {
        Parts = parts;
        Height = 1 + parts.Select(part => part.Height).DefaultIfEmpty(0).Max();
        Hold();
    }

    public override IReadOnlyList<GbnfExpression> Parts { get; }
}

/// <summary>One of the parts.</summary>
internal sealed class AlternativesExpression : GbnfExpression
{
    public AlternativesExpression(IReadOnlyList<GbnfExpression> parts)
    {
        Parts = parts;
        Height = 1 + parts.Max(part => part.Height);
        Hold();
    }

    public override IReadOnlyList<GbnfExpression> Parts { get; }
}

/// <summary>One part from least to most times.</summary>
internal sealed class RepeatExpression : GbnfExpression
{
    public RepeatExpression(GbnfExpression body, int least, int most)
    {
        (Body, Least, Most) = (body, least, most);
        Parts = [body];
        Height = 1 + body.Height;
        Hold();
    }

    public GbnfExpression Body { get; }

    public int Least { get; }

    /// <summary><see cref="Language.NoEnd"/> is without end.</summary>
    public int Most { get; }

    public override IReadOnlyList<GbnfExpression> Parts { get; }
}
