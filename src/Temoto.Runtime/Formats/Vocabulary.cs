using System.Collections;

namespace Temoto.Formats;

/// <summary>Token texts by id and ids by text. The readers build it once; the tokenizer looks words up in the same table.</summary>
internal sealed class Vocabulary : IReadOnlyList<string?>
{
    /// <summary>More ids than any published vocabulary has; a larger one is a damaged file.</summary>
    public const int LargestCount = 1 << 24;

    private readonly string?[] tokens;
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> idsBySpan;

    private Vocabulary(string?[] tokens, Dictionary<string, int> ids)
    {
        this.tokens = tokens;
        this.ids = ids;
        idsBySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int Count => tokens.Length;

    public string? this[int id] => tokens[id];

    /// <summary>Takes a list as it is; where two ids share a text, the lower one is found.</summary>
    public static Vocabulary From(IReadOnlyList<string?> tokens)
    {
        if (tokens is Vocabulary already)
            return already;
        var ids = new Dictionary<string, int>(tokens.Count);
        for (var id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is { } token)
                ids.TryAdd(token, id);
        }
        return new Vocabulary([.. tokens], ids);
    }

    /// <summary>
    /// Takes text-to-id pairs of an untrusted file; ids may leave gaps, but not so many that the table outgrows the file,
    /// and no id may be used twice.
    /// </summary>
    public static Vocabulary From(Dictionary<string, int> ids, string sourceName, string key)
    {
        var limit = Math.Min((2L * ids.Count) + 4096, LargestCount);
        var highest = -1;
        foreach (var (token, id) in ids)
        {
            if (id < 0 || id >= limit)
                throw new InputException(sourceName, $"{key}['{token}']", $"id {id}", $"an id from 0 to {limit - 1} ({ids.Count} tokens)", "the file is damaged; fetch it again");
            highest = Math.Max(highest, id);
        }
        var tokens = new string?[highest + 1];
        foreach (var (token, id) in ids)
        {
            if (tokens[id] is { } other)
                throw new InputException(sourceName, $"{key}['{token}']", $"id {id}, which '{other}' has already", "one token per id", "the file is damaged; fetch it again");
            tokens[id] = token;
        }
        return new Vocabulary(tokens, ids);
    }

    public bool TryGetId(string token, out int id) => ids.TryGetValue(token, out id);

    public bool TryGetId(ReadOnlySpan<char> token, out int id) => idsBySpan.TryGetValue(token, out id);

    public IEnumerator<string?> GetEnumerator() => ((IEnumerable<string?>)tokens).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => tokens.GetEnumerator();
}
