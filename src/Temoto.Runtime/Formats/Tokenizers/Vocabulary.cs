using System.Collections;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Token texts by id and ids by text. The readers build it once (<see cref="VocabularyBuilder"/>); the tokenizer looks words up in the same table. As a list it makes a
/// string of each text it is asked for.
/// </summary>
internal sealed class Vocabulary : IReadOnlyList<string?>
{
    /// <summary>More ids than any published vocabulary has; a larger one is a damaged file.</summary>
    public const int LargestCount = 1 << 24;

    private readonly char[] text;
    private readonly int[] starts;
    private readonly int[] ids;

    /// <summary>1 + the index of each id's text; 0 for an unused id.</summary>
    private readonly int[] texts;
    private readonly int[] slots;

    /// <summary>Takes what <see cref="VocabularyBuilder"/> has built.</summary>
    internal Vocabulary(char[] text, int[] starts, int[] ids, int[] texts, int[] slots)
    {
        this.text = text;
        this.starts = starts;
        this.ids = ids;
        this.texts = texts;
        this.slots = slots;
        foreach (var index in texts)
        {
            if (index == 0)
                continue;
            var length = starts[index] - starts[index - 1];
            Characters += length;
            LongestLength = Math.Max(LongestLength, length);
        }
    }

    public int Count => texts.Length;

    /// <summary>Characters of all texts.</summary>
    public int Characters { get; }

    /// <summary>Characters of the longest text.</summary>
    public int LongestLength { get; }

    public string? this[int id] => texts[id] == 0 ? null : new string(Text(id));

    /// <summary>The text of an id; empty for an unused one.</summary>
    public ReadOnlySpan<char> Text(int id)
    {
        var index = texts[id];
        return index == 0 ? default : text.AsSpan(starts[index - 1], starts[index] - starts[index - 1]);
    }

    /// <summary>Takes a list as it is; where two ids share a text, the lower one is found.</summary>
    public static Vocabulary From(IReadOnlyList<string?> tokens)
    {
        if (tokens is Vocabulary already)
            return already;
        var builder = new VocabularyBuilder(tokens.Count);
        for (var id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is { } token)
                builder.Add(token, id);
        }
        return builder.Build(tokens.Count);
    }

    public bool TryGetId(ReadOnlySpan<char> token, out int id)
    {
        var found = VocabularyBuilder.Slot(token, slots, text, starts);
        id = found == 0 ? 0 : ids[found - 1];
        return found != 0;
    }

    public IEnumerator<string?> GetEnumerator()
    {
        for (var id = 0; id < Count; id++)
            yield return this[id];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
