using System.Collections;

namespace Temoto.Formats.Tokenizers;

/// <summary>
/// Added tokens whose texts lie in a <see cref="Vocabulary"/>: five bytes for each, where objects and strings would take a hundred. As a list it makes a token
/// of each it is asked for.
/// </summary>
internal sealed class AddedTokenList : IReadOnlyList<AddedToken>
{
    private readonly List<int> ids = [];
    private readonly List<byte> flags = [];
    private Vocabulary? vocabulary;

    public int Count => ids.Count;

    public AddedToken this[int index]
    {
        get
        {
            var (id, bits) = (ids[index], flags[index]);
            return new AddedToken(id, vocabulary![id]!, Has(bits, 0), Has(bits, 1), Has(bits, 2), Has(bits, 3), Has(bits, 4));
        }
    }

    public void Add(int id, bool special, bool singleWord, bool leftStrip, bool rightStrip, bool normalized)
    {
        ids.Add(id);
        flags.Add((byte)(Bit(special, 0) | Bit(singleWord, 1) | Bit(leftStrip, 2) | Bit(rightStrip, 3) | Bit(normalized, 4)));
    }

    /// <summary>Takes the texts of all ids that were added from here on.</summary>
    public void UseTextsOf(Vocabulary texts) => vocabulary = texts;

    public IEnumerator<AddedToken> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
            yield return this[index];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool Has(byte bits, int bit) => (bits & 1 << bit) != 0;

    private static int Bit(bool value, int bit) => value ? 1 << bit : 0;
}
