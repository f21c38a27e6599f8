using Temoto.Grammars.Languages;
using Temoto.Grammars.Masks;

namespace Temoto.Grammars.Gbnf;

/// <summary>
/// The nodes of a grammar. What is regular is one language, as far as it goes; the rest is one node behind the other, made when a text first leads there. A way without bytes leads to the node of another
/// rule, or to the end: since no rule begins with itself, those come to an end.
/// </summary>
internal sealed class GbnfNodes(LanguageTable table)
{
    private readonly Dictionary<(GbnfExpression Of, int From, int To), GrammarNode> nodes = [];

    public GrammarNode NodeOf(GbnfExpression expression) => expression switch
    {
        ReferenceExpression reference => NodeOf(reference.Rule.Whole!),
        { IsRegular: true } => Node(expression, 0, 0, () => Ways(expression)),
        SequenceExpression sequence => NodeBehind(sequence, 0),
        RepeatExpression repeat => NodeOf(repeat, repeat.Least, repeat.Most),
        _ => Node(expression, 0, 0, () => Ways(expression)),
    };

    /// <summary>A sequence from one of its parts on.</summary>
    private GrammarNode NodeBehind(SequenceExpression sequence, int from) => Node(sequence, from, 0, () => WaysFrom(sequence, from));

    private GrammarNode NodeOf(RepeatExpression repeat, int least, int most) => Node(repeat, least, most, () => Ways(repeat, least, most));

    private GrammarNode Node(GbnfExpression of, int from, int to, Func<IEnumerable<Way>> ways)
    {
        if (!nodes.TryGetValue((of, from, to), out var node))
            nodes.Add((of, from, to), node = new GbnfNode(() => Spelled(ways())));
        return node;
    }

    private IEnumerable<Way> Ways(GbnfExpression expression)
    {
        if (!expression.CanEnd)
            return [];
        if (expression.IsRegular)
            return [new Way(LanguageOf(expression), [])];
        return expression switch
        {
            SequenceExpression sequence => WaysFrom(sequence, 0),
            AlternativesExpression => expression.Parts.SelectMany(Ways),
            RepeatExpression repeat => Ways(repeat, repeat.Least, repeat.Most),
            _ => [new Way(table.Empty, [NodeOf(expression)])],
        };
    }

    private IEnumerable<Way> WaysFrom(SequenceExpression sequence, int from)
    {
        var (language, size, to) = (table.Empty, 0, from);
        for (; to < sequence.Parts.Count && sequence.Parts[to] is { IsRegular: true } part && (size += part.Size) <= GbnfMarks.MostSize; to++)
            language = table.Sequence(language, LanguageOf(part));
        if (to == sequence.Parts.Count)
            return [new Way(language, [])];
        if (to > from && sequence.Parts[to].IsRegular)
            return [new Way(language, [NodeBehind(sequence, to)])];
        GrammarNode[] rest = to + 1 < sequence.Parts.Count ? [NodeBehind(sequence, to + 1)] : [];
        return to > from ? [new Way(language, [NodeOf(sequence.Parts[to]), .. rest])] : Ways(sequence.Parts[to]).Select(way => way.Before(rest));
    }

    private IEnumerable<Way> Ways(RepeatExpression repeat, int least, int most)
    {
        // As many empty texts as are wanted can be had at once.
        if (repeat.Body.IsNullable)
            least = 0;
        if (least == 0)
            yield return new Way(table.Empty, []);
        if (most == 0)
            yield break;
        GrammarNode[] rest = most == 1 ? [] : [NodeOf(repeat, Math.Max(0, least - 1), most == Language.NoEnd ? most : most - 1)];
        foreach (var way in Ways(repeat.Body))
        {
            if (way.Points != table.Empty || way.Then.Count > 0)
                yield return way.Before(rest);
        }
    }

    /// <summary>Ways that go on alike are one.</summary>
    private List<GrammarWay> Spelled(IEnumerable<Way> ways) =>
        [.. ways.GroupBy(way => way.Then, SameNodes.Instance).Select(alike => new GrammarWay(table.Spelled(table.Union([.. alike.Select(way => way.Points)]), TextSpelling.Plain), alike.Key))];

    /// <summary>Over code points.</summary>
    private Language LanguageOf(GbnfExpression expression) => expression switch
    {
        TextExpression text => table.CodePoints(text.Text),
        ClassExpression points => table.Points(points.Points),
        ReferenceExpression reference => reference.Rule.Language ??= LanguageOf(reference.Rule.Whole!),
        AlternativesExpression => table.Union([.. expression.Parts.Select(LanguageOf)]),
        RepeatExpression repeat => table.Repeat(LanguageOf(repeat.Body), repeat.Least, repeat.Most),
        _ => table.Sequence([.. expression.Parts.Select(LanguageOf)]),
    };

    /// <summary>Texts of code points, then nodes.</summary>
    private readonly record struct Way(Language Points, IReadOnlyList<GrammarNode> Then)
    {
        public Way Before(GrammarNode[] rest) => rest.Length == 0 ? this : this with { Then = [.. Then, .. rest] };
    }

    private sealed class SameNodes : IEqualityComparer<IReadOnlyList<GrammarNode>>
    {
        public static readonly SameNodes Instance = new();

        public bool Equals(IReadOnlyList<GrammarNode>? x, IReadOnlyList<GrammarNode>? y) => x!.SequenceEqual(y!);

        public int GetHashCode(IReadOnlyList<GrammarNode> nodes)
        {
            var code = new HashCode();
            foreach (var node in nodes)
                code.Add(node);
            return code.ToHashCode();
        }
    }
}
