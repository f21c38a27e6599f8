namespace Temoto.Grammars.Languages;

/// <summary>A text of one language, then one of another. The first is no sequence.</summary>
internal sealed class SequenceLanguage : Language
{
    private readonly Language first;
    private readonly Language rest;

    public SequenceLanguage(Language first, Language rest)
    {
        this.first = first;
        this.rest = rest;
        IsNullable = first.IsNullable && rest.IsNullable;
        IsDoubtful = first.IsDoubtful || rest.IsDoubtful;
        IsFinite = first.IsFinite && rest.IsFinite;
        // While the first goes on the rest can still come, if there is a text of it.
        SafePoints = rest.IsDoubtful ? 0 : first.SafePoints;
    }

    public Language First => first;

    public Language Rest => rest;

    protected override Language Derive(int point, LanguageTable table)
    {
        if (!first.IsNullable)
            return table.Sequence(first.After(point, table), rest);
        // Down a chain of what may be empty in one go: a union at each link would hold those of all links behind it.
        var ways = new List<Language>();
        var here = this;
        while (true)
        {
            ways.Add(table.Sequence(here.first.After(point, table), here.rest));
            if (!here.first.IsNullable)
                break;
            if (here.rest is not SequenceLanguage next)
            {
                ways.Add(here.rest.After(point, table));
                break;
            }
            here = next;
        }
        return table.Union([.. ways]);
    }

    public override bool IsLike(Language other) => other is SequenceLanguage like && like.first == first && like.rest == rest;

    public override int HashOfParts() => HashCode.Combine(4, first.Id, rest.Id);

    protected override bool RemembersAfter => true;

    protected override int[] MakeCuts()
    {
        var all = first.Cuts();
        Language link = this;
        while (link is SequenceLanguage { First.IsNullable: true } sequence)
        {
            link = sequence.Rest;
            all = Merged(all, (link is SequenceLanguage next ? next.First : link).Cuts());
        }
        return all;
    }
}
