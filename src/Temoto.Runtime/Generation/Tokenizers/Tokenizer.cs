using System.Buffers;
using System.Text;
using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// Text to token ids and back. Immutable and safe to share between threads. The order of the work is Hugging Face's: added tokens are cut out
/// of the raw text, what lies between is normalized, cut into words, and each word's bytes (or characters) are merged.
/// </summary>
internal sealed class Tokenizer
{
    /// <summary>SentencePiece's stand-in for a space.</summary>
    public const char Metaspace = '\u2581';

    /// <summary>Score-based merges are tried at every cut of every token, so a hostile vocabulary of long tokens would be slow to build.</summary>
    private const int LongestScoredToken = 256;

    private readonly TokenizerModel model;
    private readonly Vocabulary vocabulary;
    private readonly Dictionary<int, AddedToken> addedById = [];
    private readonly AddedTokenMatcher? rawMatcher;
    private readonly AddedTokenMatcher? normalizedMatcher;
    private readonly MergeTable merges;
    private readonly TokenBytes tokenBytes;

    /// <summary>Ids of the 256 bytes (in byte-level BPE's alphabet, or as byte tokens), or -1.</summary>
    private readonly int[] byteIds = new int[256];
    private readonly bool byteFallback;

    /// <summary>A longer word cannot be a token (<c>ignore_merges</c>).</summary>
    private readonly int longestToken;

    /// <summary>SentencePiece: no token holds a U+2581 after another character, so words merge independently and can be cached.</summary>
    private readonly bool wordsAreIndependent;

    private readonly EncodeScratch?[] scratches = new EncodeScratch?[Math.Max(2, Environment.ProcessorCount)];

    private Tokenizer(TokenizerModel model, string sourceName)
    {
        this.model = model;
        vocabulary = Vocabulary.From(model.Tokens);
        VocabSize = vocabulary.Count;
        addedById.EnsureCapacity(model.AddedTokens.Count);
        foreach (var token in model.AddedTokens)
        {
            if (token.Content.Length > AddedTokenMatcher.LongestToken)
                throw Bad(sourceName, $"added token {token.Id}", $"{token.Content.Length} characters", $"at most {AddedTokenMatcher.LongestToken}");
            if (token.Id is < 0 or >= Vocabulary.LargestCount)
                throw Bad(sourceName, $"added token '{token.Content}'", $"id {token.Id}", $"an id from 0 to {Vocabulary.LargestCount - 1}");
            addedById[token.Id] = token;
            VocabSize = Math.Max(VocabSize, token.Id + 1);
        }
        rawMatcher = Matcher(token => !NormalizedFirst(token), text => text);
        var scratch = new EncodeScratch();
        normalizedMatcher = Matcher(NormalizedFirst, text => new string(Normalized(text, scratch)));
        scratches[0] = scratch;
        tokenBytes = new TokenBytes(model, vocabulary, VocabSize, addedById);

        if (model.Kind == TokenizerKind.ByteLevelBpe)
        {
            for (var value = 0; value < 256; value++)
                byteIds[value] = TryGetPlainId([ByteAlphabet.ToChar((byte)value)], out var id) ? id : -1;
        }
        else
        {
            Array.Fill(byteIds, -1);
            if (model.ByteFallback)
            {
                for (var value = 0; value < 256; value++)
                    byteIds[value] = vocabulary.TryGetId($"<0x{value:X2}>", out var id) ? id : -1;
            }
        }
        byteFallback = model.ByteFallback;
        merges = model.Merges is { } ranked ? FromRanks(RankedMerges.From(vocabulary, ranked, sourceName)) : FromScores(sourceName);
        longestToken = vocabulary.LongestLength;
        wordsAreIndependent = model.Kind == TokenizerKind.SentencePieceBpe && !JoinsWords(vocabulary);
    }

    /// <summary>One more than the highest id.</summary>
    public int VocabSize { get; }

    public int? BosTokenId => model.BosTokenId;

    public IReadOnlyList<int> EosTokenIds => model.EosTokenIds;

    /// <summary>The space that encoding puts before a text is taken away again from the start of a decoded one.</summary>
    internal bool StripsPrefixSpace => model.Kind == TokenizerKind.SentencePieceBpe && model.AddPrefixSpace;

    /// <summary>Builds the tables; <paramref name="sourceName"/> is what errors call the file the model came from.</summary>
    public static Tokenizer Create(TokenizerModel model, string sourceName = "tokenizer") => new(model, sourceName);

    /// <summary>The ids of a text, with the ids that begin and end one where <paramref name="addSpecialTokens"/>.</summary>
    /// <param name="parseSpecial">
    /// Whether special tokens written out in the text become those tokens. False for text that others wrote: it cannot then forge a chat turn.
    /// </param>
    public int[] Encode(string text, bool addSpecialTokens = true, bool parseSpecial = true)
    {
        var scratch = Rent();
        EncodeTo(scratch, text, addSpecialTokens, parseSpecial);
        var ids = scratch.Output.Span.ToArray();
        Return(scratch);
        return ids;
    }

    /// <summary>Appends the ids of a text to a list.</summary>
    public void Encode(ReadOnlySpan<char> text, List<int> destination, bool addSpecialTokens = true, bool parseSpecial = true)
    {
        var scratch = Rent();
        EncodeTo(scratch, text, addSpecialTokens, parseSpecial);
        destination.AddRange(scratch.Output.Span);
        Return(scratch);
    }

    public int CountTokens(ReadOnlySpan<char> text, bool addSpecialTokens = true, bool parseSpecial = true)
    {
        var scratch = Rent();
        EncodeTo(scratch, text, addSpecialTokens, parseSpecial);
        var count = scratch.Output.Count;
        Return(scratch);
        return count;
    }

    /// <summary>The text of ids. Bytes that are not UTF-8 become U+FFFD; ids without a token become nothing.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var bytes = new ArrayBufferWriter<byte>(Math.Max(16, ids.Length * 4));
        foreach (var id in ids)
        {
            if (!(skipSpecialTokens && IsSpecial(id)))
                AppendBytes(id, bytes);
        }
        var text = bytes.WrittenSpan;
        return Encoding.UTF8.GetString(StripsPrefixSpace && text.StartsWith(" "u8) ? text[1..] : text);
    }

    /// <summary>Appends the bytes that an id decodes to: perhaps part of a character, and nothing for an id without a token.</summary>
    public void AppendBytes(int id, IBufferWriter<byte> destination) => destination.Write(BytesOf(id));

    /// <summary>The bytes that an id decodes to.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)VocabSize ? tokenBytes[id] : default;

    /// <summary>Whether an id is a special token: one that steers the model and is not part of the text.</summary>
    public bool IsSpecial(int id) => addedById.TryGetValue(id, out var token) && token.Special;

    /// <summary>The id of a token as the vocabulary writes it, or of an added token; null where there is none.</summary>
    public int? IdOf(string token)
    {
        if (vocabulary.TryGetId(token, out var id))
            return id;
        return model.AddedTokens.FirstOrDefault(added => added.Content == token)?.Id;
    }

    /// <summary>A token as the vocabulary writes it; null for an unused id.</summary>
    public string? TokenOf(int id) =>
        addedById.TryGetValue(id, out var token) ? token.Content : (uint)id < (uint)vocabulary.Count ? vocabulary[id] : null;

    private static InputException Bad(string sourceName, string key, string found, string expected) =>
        new(sourceName, key, found, expected, "the tokenizer is damaged; fetch it again");

    private bool NormalizedFirst(AddedToken token) => token.Normalized && (model.NormalizeNfc || model.Kind == TokenizerKind.SentencePieceBpe);

    private AddedTokenMatcher? Matcher(Func<AddedToken, bool> belongs, Func<string, string> text)
    {
        var tokens = model.AddedTokens.Where(token => token.Content.Length > 0 && belongs(token)).ToList();
        return tokens.Count > 0 ? new AddedTokenMatcher(tokens, text) : null;
    }

    private static MergeTable FromRanks(RankedMerges ranked)
    {
        var table = new MergeTable(ranked.Count);
        for (var rank = 0; rank < ranked.Count; rank++)
        {
            var (left, right, merged) = ranked.Ids(rank);
            table.Set(left, right, rank, merged);
        }
        return table;
    }

    /// <summary>
    /// SentencePiece merges any two neighbours whose concatenation is a token, best score first. As a table: every cut of every token into two tokens,
    /// ranked by the score of the whole; equal scores share a rank, so that the leftmost wins.
    /// </summary>
    private MergeTable FromScores(string sourceName)
    {
        if (model.Scores is not { } scores || scores.Count < vocabulary.Count)
            throw Bad(sourceName, "scores", $"{model.Scores?.Count ?? 0} scores for {vocabulary.Count} tokens", "a score per token, or merges");
        var ids = Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary.Text(id).Length > 1 && !addedById.ContainsKey(id) && !(model.ByteFallback && TokenBytes.TryParseByteToken(vocabulary.Text(id), out _))).ToArray();
        Array.Sort(ids, (a, b) => scores[b].CompareTo(scores[a]) is not 0 and var order ? order : a.CompareTo(b));
        var pairs = new List<(int Left, int Right, int Rank, int Merged)>();
        for (var i = 0; i < ids.Length; i++)
        {
            var token = vocabulary.Text(ids[i]);
            if (token.Length > LongestScoredToken)
                throw Bad(sourceName, $"token {ids[i]}", $"{token.Length} characters", $"at most {LongestScoredToken}");
            var rank = i > 0 && scores[ids[i]] == scores[ids[i - 1]] && pairs.Count > 0 ? pairs[^1].Rank : i;
            for (var cut = 1; cut < token.Length; cut++)
            {
                if (vocabulary.TryGetId(token[..cut], out var left) && vocabulary.TryGetId(token[cut..], out var right))
                    pairs.Add((left, right, rank, ids[i]));
            }
        }
        var table = new MergeTable(pairs.Count);
        foreach (var (left, right, rank, merged) in pairs)
        {
            if (!table.Contains(left, right))
                table.Set(left, right, rank, merged);
        }
        return table;
    }

    private static bool JoinsWords(Vocabulary vocabulary)
    {
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var token = vocabulary.Text(id);
            for (var i = 1; i < token.Length; i++)
            {
                if (token[i] == Metaspace && token[i - 1] != Metaspace)
                    return true;
            }
        }
        return false;
    }

    private EncodeScratch Rent()
    {
        for (var i = 0; i < scratches.Length; i++)
        {
            if (Interlocked.Exchange(ref scratches[i], null) is { } scratch)
                return scratch;
        }
        return new EncodeScratch();
    }

    private void Return(EncodeScratch scratch)
    {
        scratch.Clear();
        for (var i = 0; i < scratches.Length; i++)
        {
            if (Interlocked.CompareExchange(ref scratches[i], scratch, null) is null)
                return;
        }
    }

    private void EncodeTo(EncodeScratch scratch, ReadOnlySpan<char> text, bool addSpecialTokens, bool parseSpecial)
    {
        if (addSpecialTokens)
        {
            foreach (var id in model.Prefix)
                scratch.Output.Add(id);
        }
        var done = 0;
        var from = 0;
        while (rawMatcher is not null && rawMatcher.TryFind(text, from, parseSpecial, out var token, out var start, out from))
        {
            if (!Widen(text, token, ref start, from, done, out var end))
                continue;
            EncodeBetween(scratch, text[done..start], done == 0, parseSpecial);
            scratch.Output.Add(token.Id);
            done = end;
        }
        EncodeBetween(scratch, text[done..], done == 0, parseSpecial);
        if (addSpecialTokens)
        {
            foreach (var id in model.Suffix)
                scratch.Output.Add(id);
        }
    }

    /// <summary>lstrip and rstrip take the white space around a match; false where an earlier match has taken this one's start.</summary>
    private static bool Widen(ReadOnlySpan<char> text, AddedToken token, ref int start, int matchEnd, int done, out int end)
    {
        end = matchEnd;
        if (start < done)
            return false;
        while (token.LeftStrip && start > done && CharacterClasses.IsSpace(text[start - 1]))
            start--;
        while (token.RightStrip && end < text.Length && CharacterClasses.IsSpace(text[end]))
            end++;
        return true;
    }

    /// <summary>Encodes text between raw added tokens: normalizes it and cuts out the added tokens that are found after that.</summary>
    private void EncodeBetween(EncodeScratch scratch, ReadOnlySpan<char> raw, bool first, bool parseSpecial)
    {
        if (raw.IsEmpty)
            return;
        var text = Normalized(raw, scratch);
        var done = 0;
        var from = 0;
        while (normalizedMatcher is not null && normalizedMatcher.TryFind(text, from, parseSpecial, out var token, out var start, out from))
        {
            if (!Widen(text, token, ref start, from, done, out var end))
                continue;
            EncodePiece(scratch, text[done..start], first && done == 0);
            scratch.Output.Add(token.Id);
            done = end;
        }
        EncodePiece(scratch, text[done..], first && done == 0);
    }

    /// <summary>NFC, or SentencePiece's spaces; the result may lie in the scratch.</summary>
    private ReadOnlySpan<char> Normalized(ReadOnlySpan<char> text, EncodeScratch scratch)
    {
        if (model.Kind == TokenizerKind.ByteLevelBpe)
            return model.NormalizeNfc ? CanonicalComposition.Normalize(text, ref scratch.Normalized) : text;
        var prefix = model.AddPrefixSpace && !model.PrefixSpaceUnlessPresent && !model.PrefixSpaceFirstOnly ? 1 : 0;
        if (scratch.Normalized.Length < text.Length + prefix)
            scratch.Normalized = new char[text.Length + prefix];
        var spaced = scratch.Normalized.AsSpan(0, text.Length + prefix);
        text.Replace(spaced[prefix..], ' ', Metaspace);
        if (prefix > 0)
            spaced[0] = Metaspace;
        return spaced;
    }

    /// <summary>Encodes a piece without added tokens: adds the prefix space that goes with a piece, then word by word.</summary>
    private void EncodePiece(EncodeScratch scratch, ReadOnlySpan<char> text, bool first)
    {
        if (text.IsEmpty)
            return;
        var bytes = model.Kind == TokenizerKind.ByteLevelBpe;
        var space = bytes ? ' ' : Metaspace;
        var prefixed = model.AddPrefixSpace && (bytes || model.PrefixSpaceUnlessPresent || model.PrefixSpaceFirstOnly)
            && (first || !model.PrefixSpaceFirstOnly)
            && !((bytes || model.PrefixSpaceUnlessPresent) && text[0] == space);
        if (prefixed)
        {
            var piece = scratch.Piece(text.Length + 1);
            piece[0] = space;
            text.CopyTo(piece[1..]);
            text = piece;
        }
        for (var start = 0; start < text.Length;)
        {
            var end = bytes ? WordSplitter.EndOfWord(model.PreTokenizer, text, start) : EndOfSentencePieceWord(text, start);
            EncodeWord(scratch, text[start..end]);
            start = end;
        }
    }

    /// <summary>Before a run of U+2581, or before each of them where the tokenizer splits there; the whole text where tokens may span words.</summary>
    private int EndOfSentencePieceWord(ReadOnlySpan<char> text, int start)
    {
        if (!model.SplitOnSpaces && !wordsAreIndependent)
            return text.Length;
        var end = start + 1;
        while (end < text.Length && (text[end] != Metaspace || (!model.SplitOnSpaces && text[end - 1] == Metaspace)))
            end++;
        return end;
    }

    private void EncodeWord(EncodeScratch scratch, ReadOnlySpan<char> word)
    {
        var bytes = scratch.Word(word.Length * 3);
        var length = 0;
        while (length < word.Length && word[length] < 128)
        {
            bytes[length] = (byte)word[length];
            length++;
        }
        if (length < word.Length)
        {
            Utf8FromUtf16(word[length..], bytes[length..], out var written);
            length += written;
        }
        bytes = bytes[..length];

        if (length > WordCache.LongestWordBytes)
        {
            Merge(scratch, word, bytes);
            return;
        }
        ulong low = 0, high = 0;
        for (var i = Math.Min(length, 8) - 1; i >= 0; i--)
            low = (low << 8) | bytes[i];
        for (var i = length - 1; i >= 8; i--)
            high = (high << 8) | bytes[i];
        if (scratch.Cache.TryAppend(low, high, length, scratch.Output))
            return;
        var before = scratch.Output.Count;
        Merge(scratch, word, bytes);
        scratch.Cache.Store(low, high, length, scratch.Output.Span[before..]);
    }

    /// <summary>Half surrogate pairs become U+FFFD.</summary>
    private static void Utf8FromUtf16(ReadOnlySpan<char> text, Span<byte> bytes, out int written) =>
        System.Text.Unicode.Utf8.FromUtf16(text, bytes, out _, out written, replaceInvalidSequences: true);

    /// <summary>Appends the tokens of a word.</summary>
    private void Merge(EncodeScratch scratch, ReadOnlySpan<char> word, ReadOnlySpan<byte> bytes)
    {
        if (model.IgnoreMerges && WholeWord(word, bytes) is { } id)
        {
            scratch.Output.Add(id);
            return;
        }
        var symbols = scratch.Symbols(bytes.Length + 1);
        var count = model.Kind == TokenizerKind.ByteLevelBpe ? ByteSymbols(bytes, symbols) : CharacterSymbols(word, symbols);
        count = scratch.Merger.Merge(merges, symbols[..count]);
        scratch.Output.AddRange(symbols[..count]);
    }

    private int? WholeWord(ReadOnlySpan<char> word, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 3 * longestToken)
            return null;
        if (model.Kind == TokenizerKind.SentencePieceBpe)
            return TryGetPlainId(word, out var piece) ? piece : null;
        if (bytes.Length > longestToken)
            return null;
        Span<char> token = bytes.Length <= 256 ? stackalloc char[256] : new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            token[i] = ByteAlphabet.ToChar(bytes[i]);
        return TryGetPlainId(token[..bytes.Length], out var id) ? id : null;
    }

    /// <summary>A token of the vocabulary, but not a special one: plain text must not forge those. (No published vocabulary has merges that lead to one.)</summary>
    private bool TryGetPlainId(ReadOnlySpan<char> token, out int id) => vocabulary.TryGetId(token, out id) && !IsSpecial(id);

    private int ByteSymbols(ReadOnlySpan<byte> bytes, Span<int> symbols)
    {
        var count = 0;
        var fusing = false;
        foreach (var value in bytes)
            Append(byteIds[value], symbols, ref count, ref fusing);
        return count;
    }

    private int CharacterSymbols(ReadOnlySpan<char> word, Span<int> symbols)
    {
        var count = 0;
        var fusing = false;
        Span<byte> bytes = stackalloc byte[4];
        for (var at = 0; at < word.Length;)
        {
            var whole = Rune.DecodeFromUtf16(word[at..], out var rune, out var length) == OperationStatus.Done;
            if (TryGetPlainId(whole ? word.Slice(at, length) : "\uFFFD", out var id))
            {
                Append(id, symbols, ref count, ref fusing);
            }
            else
            {
                var used = bytes[..rune.EncodeToUtf8(bytes)];
                if (byteFallback && HasAll(used))
                {
                    foreach (var value in used)
                        Append(byteIds[value], symbols, ref count, ref fusing);
                }
                else
                {
                    Append(-1, symbols, ref count, ref fusing);
                }
            }
            at += length;
        }
        return count;
    }

    private bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (byteIds[value] < 0)
                return false;
        }
        return true;
    }

    /// <summary>Appends a symbol; -1 is the unknown token, once per run where unknowns fuse, or nothing where the tokenizer has none.</summary>
    private void Append(int id, Span<int> symbols, ref int count, ref bool fusing)
    {
        if (id >= 0)
        {
            symbols[count++] = id;
            fusing = false;
            return;
        }
        if (model.UnknownTokenId is { } unknown && !(fusing && model.FuseUnknown))
            symbols[count++] = unknown;
        fusing = true;
    }
}
