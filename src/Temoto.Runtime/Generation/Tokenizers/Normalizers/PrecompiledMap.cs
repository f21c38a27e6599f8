using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Temoto.Generation.Tokenizers.Normalizers;

/// <summary>
/// SentencePiece's <c>precompiled_charsmap</c>: a double array trie (Darts-clone) of UTF-8 strings and what they become, which lies behind it, ended by NUL. Applied as Hugging Face's
/// tokenizers do: a grapheme of less than 6 bytes whole, by its shortest prefix in the trie, longer ones character by character.
/// </summary>
internal sealed class PrecompiledMap : INormalizer
{
    private const int LongestWhole = 6;

    private readonly uint[] trie;
    private readonly byte[] texts;

    /// <exception cref="FormatException">It is cut off, or its trie points beyond itself.</exception>
    public PrecompiledMap(ReadOnlySpan<byte> map)
    {
        if (map.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(map) is var trieBytes && (trieBytes % sizeof(uint) != 0 || trieBytes > map.Length - sizeof(uint) || trieBytes == 0))
            throw new FormatException("a character map whose trie is no whole number of units within it");
        trie = new uint[trieBytes / sizeof(uint)];
        for (var i = 0; i < trie.Length; i++)
            trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(sizeof(uint) * (i + 1))..]);
        texts = map[(sizeof(uint) + (int)trieBytes)..].ToArray();
    }

    public void Normalize(NormalizedText text)
    {
        var characters = text.Text;
        text.Begin();
        for (var at = 0; at < characters.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(characters[at..]);
            text.From(at);
            NormalizeGrapheme(text, characters, at, at + length);
            at += length;
        }
        text.End();
    }

    /// <summary>The longest prefix of a text in the trie, in UTF-16 units, and what it becomes; SentencePiece's own way.</summary>
    public bool TryLongest(ReadOnlySpan<char> text, out int length, out string replacement)
    {
        (length, replacement) = (0, "");
        var node = Offset(trie[0]);
        var place = -1;
        Span<byte> bytes = stackalloc byte[4];
        for (var at = 0; at < text.Length;)
        {
            var point = Unicode.CodePoints.At(text, at, out var units);
            var count = new Rune(point).EncodeToUtf8(bytes);
            for (var i = 0; i < count; i++)
            {
                node ^= bytes[i];
                if (bytes[i] == 0 || node >= trie.Length || Label(trie[node]) != bytes[i])
                    return Found(place, out replacement);
                var unit = trie[node];
                node ^= Offset(unit);
                // Keys end with whole characters.
                if (HasLeaf(unit) && i == count - 1 && node < trie.Length && (trie[node] & int.MaxValue) is var value && value < texts.Length)
                    (place, length) = ((int)value, at + units);
            }
            at += units;
        }
        return Found(place, out replacement);
    }

    private bool Found(int place, out string replacement)
    {
        replacement = place < 0 ? "" : TextAt(place);
        return place >= 0;
    }

    private void NormalizeGrapheme(NormalizedText text, ReadOnlySpan<char> characters, int start, int end)
    {
        var grapheme = characters[start..end];
        if (Encoding.UTF8.GetByteCount(grapheme) < LongestWhole && Find(grapheme) is { } whole)
        {
            AppendText(text, whole);
            return;
        }
        for (var at = start; at < end;)
        {
            Unicode.CodePoints.At(characters, at, out var length);
            text.From(at);
            var character = characters.Slice(at, length);
            if (Find(character) is { } replacement)
                AppendText(text, replacement);
            else
                text.Append(character);
            at += length;
        }
    }

    /// <summary>Where the text lies that the shortest prefix in the trie becomes; null where none is there.</summary>
    private int? Find(ReadOnlySpan<char> characters)
    {
        Span<byte> bytes = stackalloc byte[4 * LongestWhole];
        System.Text.Unicode.Utf8.FromUtf16(characters, bytes, out _, out var count, replaceInvalidSequences: true);
        var node = Offset(trie[0]);
        foreach (var value in bytes[..count])
        {
            if (value == 0)
                return null;
            node ^= value;
            if (node >= trie.Length || Label(trie[node]) != value)
                return null;
            var unit = trie[node];
            node ^= Offset(unit);
            if (HasLeaf(unit))
                return node < trie.Length && (trie[node] & int.MaxValue) is var place && place < texts.Length ? (int)place : null;
        }
        return null;
    }

    private void AppendText(NormalizedText text, int place)
    {
        text.Append(TextAt(place));
    }

    private string TextAt(int place)
    {
        var bytes = texts.AsSpan(place);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static bool HasLeaf(uint unit) => (unit >> 8 & 1) != 0;

    private static uint Label(uint unit) => unit & (1u << 31 | 0xFF);

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1u << 9) >> 6);
}
