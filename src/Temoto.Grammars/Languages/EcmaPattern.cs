namespace Temoto.Grammars.Languages;

/// <summary>
/// What patterns of JSON schemas match, as languages over code points: ECMA-262 with the flag u (<see href="https://tc39.es/ecma262/#sec-patterns">Patterns</see>), and what real schemas hold beside it
/// where it can mean one thing only. What cannot be followed by what comes next alone (back-references, look-behind, word boundaries) is refused by name.
/// </summary>
internal static class EcmaPattern
{
    /// <summary>The texts that it matches somewhere, which is what a schema's pattern asks for.</summary>
    public static Language Containing(string pattern, LanguageTable table)
    {
        var root = EcmaPatternParser.Parse(pattern);
        var languages = new EcmaPatternLanguages(pattern, table);
        var atStart = languages.Before(root, table.Anything, new EcmaPlace(EcmaStart.Here, MayEnd: true));
        if (!root.HasStart)
            return Behind(table.Anything, atStart, table);
        var later = languages.Before(root, table.Anything, new EcmaPlace(EcmaStart.Past, MayEnd: true));
        return table.Union(atStart, Behind(table.Repeat(table.Points(PointSet.All), 1, Language.NoEnd), later, table));
    }

    /// <summary>The texts that it matches from their start to their end.</summary>
    public static Language Whole(string pattern, LanguageTable table) =>
        new EcmaPatternLanguages(pattern, table).Before(EcmaPatternParser.Parse(pattern), table.Empty, new EcmaPlace(EcmaStart.Here, MayEnd: true));

    /// <summary>A match that may be empty is in every text.</summary>
    private static Language Behind(Language anything, Language match, LanguageTable table) => match.IsNullable ? anything : table.Sequence(anything, match);
}
