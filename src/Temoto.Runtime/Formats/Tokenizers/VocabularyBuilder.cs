using Temoto.Formats.Json;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// A <see cref="Vocabulary"/> in the making. Texts lie end to end in one array and are found by open addressing: a string object and a dictionary entry for
/// each of 150,000 tokens would take three times the memory and time.
/// </summary>
internal sealed class VocabularyBuilder
{
    private char[] text;
    private int used;

    /// <summary>Where each text begins, in the order of addition; one more than there are texts.</summary>
    private int[] starts;
    private int[] ids;
    private int count;

    /// <summary>1 + the text's index; 0 where free. At most two thirds full.</summary>
    private int[] slots;

    /// <param name="count">Texts to expect.</param>
    /// <param name="characters">Characters to expect in all of them.</param>
    public VocabularyBuilder(int count = 0, int characters = 0)
    {
        text = new char[Math.Max(256, characters)];
        starts = new int[count + 1];
        ids = new int[count];
        slots = new int[SlotsFor(count)];
    }

    /// <summary>Texts so far.</summary>
    public int Count => count;

    /// <summary>Adds a text that is not there yet; false, and nothing done, where it is.</summary>
    public bool TryAdd(ReadOnlySpan<char> token, int id)
    {
        ref var slot = ref Slot(token);
        if (slot != 0)
            return false;
        slot = count + 1;
        Append(token, id);
        return true;
    }

    /// <summary>Adds a text; one that is there already is found under its first id still.</summary>
    public void Add(ReadOnlySpan<char> token, int id)
    {
        if (!TryAdd(token, id))
            Append(token, id);
    }

    /// <summary>Texts and ids in the order of addition.</summary>
    public IEnumerable<(string Text, int Id)> Pairs()
    {
        for (var index = 0; index < count; index++)
            yield return (new string(Text(index)), ids[index]);
    }

    public bool TryGetId(ReadOnlySpan<char> token, out int id)
    {
        var found = Slot(token);
        id = found == 0 ? 0 : ids[found - 1];
        return found != 0;
    }

    /// <summary>Takes the table as it is, for <paramref name="size"/> ids; each id below it was added at most once.</summary>
    public Vocabulary Build(int size)
    {
        var texts = new int[size];
        for (var index = 0; index < count; index++)
            texts[ids[index]] = index + 1;
        return new Vocabulary(text, starts, ids, texts, slots);
    }

    /// <summary>
    /// Takes text-to-id pairs of an untrusted file; ids may leave gaps, but not so many that the table outgrows the file, and no id may be used twice.
    /// </summary>
    public Vocabulary Build(string sourceName, string key)
    {
        var limit = Math.Min((2L * count) + 4096, Vocabulary.LargestCount);
        var highest = -1;
        for (var index = 0; index < count; index++)
        {
            if (ids[index] < 0 || ids[index] >= limit)
                throw new InputException(
                    sourceName, $"{key}['{Text(index)}']", $"id {ids[index]}", $"an id from 0 to {limit - 1} ({count} tokens)", JsonFile.Damaged);
            highest = Math.Max(highest, ids[index]);
        }
        var texts = new int[highest + 1];
        for (var index = 0; index < count; index++)
        {
            ref var place = ref texts[ids[index]];
            if (place != 0)
                throw new InputException(
                    sourceName, $"{key}['{Text(index)}']", $"id {ids[index]}, which '{Text(place - 1)}' has already", "one token per id", JsonFile.Damaged);
            place = index + 1;
        }
        return new Vocabulary(text, starts, ids, texts, slots);
    }

    /// <summary>
    /// The place of a text, or the free one where it belongs. .NET's string hash is seeded anew in every process: a hostile vocabulary cannot choose texts
    /// that collide.
    /// </summary>
    internal static ref int Slot(ReadOnlySpan<char> token, int[] slots, char[] text, int[] starts)
    {
        var mask = slots.Length - 1;
        var at = string.GetHashCode(token) & mask;
        while (slots[at] is var found && found != 0 && !token.SequenceEqual(text.AsSpan(starts[found - 1], starts[found] - starts[found - 1])))
            at = (at + 1) & mask;
        return ref slots[at];
    }

    private static int SlotsFor(int count) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count + count / 2));

    private ref int Slot(ReadOnlySpan<char> token) => ref Slot(token, slots, text, starts);

    private ReadOnlySpan<char> Text(int index) => text.AsSpan(starts[index], starts[index + 1] - starts[index]);

    private void Append(ReadOnlySpan<char> token, int id)
    {
        if (count == ids.Length)
        {
            Array.Resize(ref ids, Math.Max(16, count * 2));
            Array.Resize(ref starts, ids.Length + 1);
        }
        if (text.Length - used < token.Length)
            Array.Resize(ref text, Math.Max(text.Length * 2, checked(used + token.Length)));
        token.CopyTo(text.AsSpan(used));
        used += token.Length;
        ids[count++] = id;
        starts[count] = used;
        if (SlotsFor(count) > slots.Length)
            Rehash();
    }

    private void Rehash()
    {
        slots = new int[slots.Length * 2];
        for (var index = 0; index < count; index++)
        {
            ref var slot = ref Slot(Text(index));
            // A text's first index is the one that is found.
            if (slot == 0)
                slot = index + 1;
        }
    }
}
