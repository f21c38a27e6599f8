using System.Text;

namespace Temoto.Demo.Corpus.Tokenizer;

/// <summary>256 bytes, then one token per merge, then the special tokens.</summary>
/// <param name="Merges">Pairs of ids, in the order they were learned: the earlier a pair stands, the earlier it is merged.</param>
/// <param name="Bytes">The bytes of every token that is text, by id.</param>
internal sealed record BytePairVocabulary(IReadOnlyList<(int Left, int Right)> Merges, IReadOnlyList<byte[]> Bytes)
{
    /// <summary>Printable stand-ins for the 256 bytes, as GPT-2 introduced them: printable Latin-1 stands for itself, the rest starts at U+0100.</summary>
    private static readonly char[] ByteCharacters = MakeByteCharacters();

    public int Size => Bytes.Count + SpecialTokens.All.Length;

    /// <summary>The token's bytes as tokenizer.json spells them.</summary>
    public string Spelling(int id)
    {
        var text = new StringBuilder();
        foreach (var value in Bytes[id])
            text.Append(ByteCharacters[value]);
        return text.ToString();
    }

    /// <summary>The id of a byte: bytes are ordered by their stand-in, as Hugging Face's trainer orders its alphabet.</summary>
    public static int[] ByteIds { get; } = MakeByteIds();

    public static BytePairVocabulary FromMerges(IEnumerable<(int Left, int Right)> merges)
    {
        var bytes = new List<byte[]>(new byte[256][]);
        for (var value = 0; value < 256; value++)
            bytes[ByteIds[value]] = [(byte)value];
        var list = merges.ToList();
        foreach (var (left, right) in list)
            bytes.Add([.. bytes[left], .. bytes[right]]);
        return new(list, bytes);
    }

    private static char[] MakeByteCharacters()
    {
        var characters = new char[256];
        var next = '\u0100';
        for (var value = 0; value < 256; value++)
            characters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : next++;
        return characters;
    }

    private static int[] MakeByteIds()
    {
        var ids = new int[256];
        var order = Enumerable.Range(0, 256).OrderBy(value => ByteCharacters[value]).ToArray();
        for (var id = 0; id < 256; id++)
            ids[order[id]] = id;
        return ids;
    }
}
