namespace Temoto.Grammars.Languages;

/// <summary>
/// Makes the languages of a pattern's parts. Each is asked for together with what may follow up to the end of the text, its rest: that is what a look-ahead looks at, and what a $ wants to be empty.
/// </summary>
internal sealed class EcmaPatternLanguages
{
    private readonly Dictionary<(EcmaPatternNode Node, Language Behind, EcmaPlace Place), Language> known = [];
    private readonly string pattern;
    private readonly LanguageTable table;

    public EcmaPatternLanguages(string pattern, LanguageTable table)
    {
        this.pattern = pattern;
        this.table = table;
    }

    /// <summary>The texts of a part with a text of the rest behind.</summary>
    public Language Before(EcmaPatternNode node, Language rest, EcmaPlace place)
    {
        if (node.IsPlain)
            return Make(node, rest, place);
        // A repeat asks for its body several times; without this, repeats within repeats ask for ever.
        if (!known.TryGetValue((node, rest, place), out var language))
            known.Add((node, rest, place), language = Make(node, rest, place));
        return language;
    }

    private Language Make(EcmaPatternNode node, Language rest, EcmaPlace place) => node switch
    {
        EcmaPatternNode.OfPoints points => table.Sequence(table.Points(points.Points), rest),
        EcmaPatternNode.OfText text => table.Sequence(table.CodePoints(text.Text), rest),
        EcmaPatternNode.Sequence sequence => OfSequence(sequence, rest, place),
        EcmaPatternNode.Choice choice => OfChoice(choice, rest, place),
        EcmaPatternNode.Repeat repeat => OfRepeat(repeat, rest, place),
        EcmaPatternNode.LookAhead look => table.Intersection(Seen(look, place), rest),
        EcmaPatternNode.Start => OfStart(rest, place),
        _ => place.MayEnd && rest.IsNullable ? table.Empty : table.Nothing,
    };

    private Language OfStart(Language rest, EcmaPlace place) => place.Start switch
    {
        EcmaStart.Here => rest,
        EcmaStart.Past => table.Nothing,
        _ => throw Refusal("a ^ behind something that may be empty", "^ where it is certain whether points come before it", "write the two cases as alternatives, one of them with ^ in front"),
    };

    private Language OfSequence(EcmaPatternNode.Sequence node, Language rest, EcmaPlace place)
    {
        var places = new EcmaPlace[node.Parts.Count];
        for (var i = 0; i < places.Length; i++)
            places[i] = i == 0 ? place : places[i - 1].After(node.Parts[i - 1]);
        for (var i = places.Length - 1; i >= 0; i--)
            rest = Before(node.Parts[i], rest, places[i]);
        return rest;
    }

    private Language OfChoice(EcmaPatternNode.Choice node, Language rest, EcmaPlace place)
    {
        // What anything follows is simplest with the anything inside.
        return node.IsPlain && rest != table.Anything
            ? table.Sequence(table.Union([.. node.Parts.Select(part => Before(part, table.Empty, place))]), rest)
            : table.Union([.. node.Parts.Select(part => Before(part, rest, place))]);
    }

    private Language OfRepeat(EcmaPatternNode.Repeat node, Language rest, EcmaPlace place)
    {
        // Anything takes what would come beyond the least.
        var most = rest == table.Anything ? node.Least : node.Most;
        if (most == 0)
            return rest;
        if (node.IsPlain)
            return Repeated(Before(node.Body, table.Empty, place), node.Least, most, rest);
        if (most == 1)
        {
            var once = Before(node.Body, rest, place);
            return node.Least == 0 ? table.Union(once, rest) : once;
        }
        if (node.HasLook)
            return OfGuarded(node, rest);
        return node.HasStart && place.Start != EcmaStart.Past ? OfStarting(node, rest, place) : OfEnding(node, most, rest, place);
    }

    private Language Repeated(Language body, int least, int most, Language rest)
    {
        if (rest == table.Anything && (least == 0 || body.IsNullable))
            return rest;
        return table.Sequence(body is RepeatLanguage { Least: 0, Most: Language.NoEnd } ? body : table.Repeat(body, least, most), rest);
    }

    /// <summary>A repeat with a ^ in it, which only its first time can match.</summary>
    private Language OfStarting(EcmaPatternNode.Repeat node, Language rest, EcmaPlace place)
    {
        if (node.Body.MayBeEmpty)
            throw Refusal("a ^ in a repeat of what may be empty", "^ where it is certain whether points come before it", "write the ^ in front of the repeat");
        var others = new EcmaPatternNode.Repeat(node.Body, Math.Max(0, node.Least - 1), node.Most == Language.NoEnd ? Language.NoEnd : node.Most - 1);
        var first = Before(node.Body, Before(others, rest, place with { Start = EcmaStart.Past }), place);
        return node.Least == 0 ? table.Union(first, rest) : first;
    }

    /// <summary>A repeat with a $ in it, which only its last time can match; further times are empty then.</summary>
    private Language OfEnding(EcmaPatternNode.Repeat node, int most, Language rest, EcmaPlace place)
    {
        var body = Before(node.Body, table.Empty, place with { MayEnd = false });
        var unended = Repeated(body, node.Least, most, rest);
        if (!node.HasEnd || !place.MayEnd || !rest.IsNullable)
            return unended;
        var last = Before(node.Body, table.Empty, place);
        var leastBefore = last.IsNullable ? 0 : Math.Max(0, node.Least - 1);
        return table.Union(unended, Repeated(body, leastBefore, node.Most == Language.NoEnd ? Language.NoEnd : node.Most - 1, last));
    }

    /// <summary>Single points with a look-ahead before each, up to the end of the text: no place but the end may lie before what the look-ahead does not want.</summary>
    private Language OfGuarded(EcmaPatternNode.Repeat node, Language rest)
    {
        if (rest != table.Empty || node.HasStart || node.Body is not EcmaPatternNode.Sequence body || body.Parts[^1] is not EcmaPatternNode.OfPoints points || body.Parts.SkipLast(1).Any(part => part is not EcmaPatternNode.LookAhead))
            throw Refusal("a look-ahead in a repeat", "look-aheads outside of repeats, or before one point in a repeat that ends the pattern, as in ^((?!no).)*$", "write what may not come as one look-ahead in front, such as (?!.*no)");
        var wanted = table.Intersection([.. body.Parts.SkipLast(1).Select(part => Seen((EcmaPatternNode.LookAhead)part, new EcmaPlace(EcmaStart.Past, MayEnd: true)))]);
        var unwanted = table.Intersection(table.Complement(wanted), table.Repeat(table.Points(PointSet.All), 1, Language.NoEnd));
        return table.Except(table.Repeat(table.Points(points.Points), node.Least, node.Most), table.Sequence(table.Anything, unwanted));
    }

    /// <summary>What a look-ahead wants to see up to the end of the text.</summary>
    private Language Seen(EcmaPatternNode.LookAhead look, EcmaPlace place)
    {
        var seen = Before(look.Body, table.Anything, place with { MayEnd = true });
        return look.IsNegative ? table.Complement(seen) : seen;
    }

    private GrammarException Refusal(string found, string expected, string next) => EcmaPatternReader.Refusal(pattern, found, expected, next);
}
