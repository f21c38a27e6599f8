namespace Temoto.Cli.LineEditing;

/// <summary>Earlier entries, and the place in them that the up and down keys have reached. What was being typed waits below the newest.</summary>
internal sealed class LineHistory
{
    private readonly List<string> entries;
    private int position;
    private string draft = "";

    /// <param name="entries">The oldest first.</param>
    public LineHistory(IEnumerable<string> entries)
    {
        this.entries = [.. entries];
        position = this.entries.Count;
    }

    /// <summary>The entry before; null at the oldest.</summary>
    /// <param name="current">What stands in the line now.</param>
    public string? Older(string current)
    {
        if (position == 0)
            return null;
        if (position == entries.Count)
            draft = current;
        return entries[--position];
    }

    /// <summary>The entry after, at last what was being typed; null there.</summary>
    public string? Newer()
    {
        if (position == entries.Count)
            return null;
        position++;
        return position == entries.Count ? draft : entries[position];
    }

    /// <summary>Back below the newest entry, where a new line begins.</summary>
    public void Rewind() => (position, draft) = (entries.Count, "");

    /// <summary>Adds what was entered and rewinds; false where it repeats the newest entry.</summary>
    public bool Add(string entry)
    {
        var isNew = entries.Count == 0 || entries[^1] != entry;
        if (isNew)
            entries.Add(entry);
        Rewind();
        return isNew;
    }
}
