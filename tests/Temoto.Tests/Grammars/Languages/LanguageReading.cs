using Temoto.Grammars.Languages;

namespace Temoto.Tests.Grammars.Languages;

/// <summary>Reads texts with languages, point by point, which is all that a mask does with them.</summary>
internal static class LanguageReading
{
    /// <summary>Whether a text of code points is in a language.</summary>
    public static bool Holds(this LanguageTable table, Language language, string text)
    {
        foreach (var rune in text.EnumerateRunes())
            language = language.After(rune.Value, table);
        return language.IsNullable;
    }

    /// <summary>Whether any text can follow, looked for without what languages say of themselves: by all points where something may change.</summary>
    public static bool CanFollow(this LanguageTable table, Language language)
    {
        var met = new HashSet<Language> { language };
        var next = new Queue<Language>(met);
        while (next.TryDequeue(out var here))
        {
            if (here.IsNullable)
                return true;
            foreach (var cut in here.Cuts().Where(PointSet.All.Contains))
            {
                var after = here.After(cut, table);
                if (met.Add(after))
                    next.Enqueue(after);
            }
        }
        return false;
    }
}
