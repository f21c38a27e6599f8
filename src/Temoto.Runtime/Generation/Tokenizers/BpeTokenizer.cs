using System.Buffers;
using System.Text;
using Temoto.Formats.Tokenizers;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// The tokenizers that most models have, GPT-2's byte-level BPE and SentencePiece-style BPE, in their fastest form. The order of the work is Hugging Face's: added tokens are cut out
/// of the raw text, what lies between is normalized, cut into words, and each word's bytes (or characters) are merged.
/// </summary>
internal sealed class BpeTokenizer : Tokenizer
{
    /// <summary>SentencePiece's stand-in for a space.</summary>
    public const char Metaspace = '\u2581';

    private readonly TokenizerModel model;
    private readonly AddedTokenMatcher? rawMatcher;
    private readonly AddedTokenMatcher? normalizedMatcher;
    private readonly MergeTable merges;
    private readonly TokenBytes tokenBytes;

    /// <summary>Ids of the 256 bytes (in byte-level BPE's alphabet, or as byte tokens), or -1.</summary>
    private readonly int[] byteIds = new int[256];
    private readonly HashSet<int> byteTokens = [];

    /// <summary>A longer word cannot be a token (<c>ignore_merges</c>).</summary>
    private readonly int longestToken;

    /// <summary>SentencePiece: no token holds a U+2581 after another character, so words merge independently and can be cached.</summary>
    private readonly bool wordsAreIndependent;

    private readonly ScratchPool<EncodeScratch> scratches = new();

    public BpeTokenizer(TokenizerModel model, string sourceName)
        : base(model, sourceName)
    {
        this.model = model;
        rawMatcher = Matcher(token => !NormalizedFirst(token), token => token.Content);
        var scratch = new EncodeScratch();
        normalizedMatcher = Matcher(NormalizedFirst, token => new string(Normalized(token.Content, scratch)));
        tokenBytes = new TokenBytes(model, Vocabulary, VocabSize, AddedById, token => NormalizedFirst(token) ? new string(Normalized(token.Content, scratch)) : token.Content);

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
                {
                    byteIds[value] = Vocabulary.TryGetId($"<0x{value:X2}>", out var id) ? id : -1;
                    if (byteIds[value] >= 0)
                        byteTokens.Add(byteIds[value]);
                }
            }
        }
        merges = model.Merges is { } ranked ? MergeTable.FromRanks(RankedMerges.From(Vocabulary, ranked, sourceName)) : ScoredMerges.Of(Vocabulary, model.Scores, id => AddedById.ContainsKey(id) || (model.ByteFallback && TokenBytes.TryParseByteToken(Vocabulary.Text(id), out _)), sourceName);
        longestToken = Vocabulary.LongestLength;
        wordsAreIndependent = model.Kind == TokenizerKind.SentencePieceBpe && !JoinsWords();
    }

    /// <summary>The space that encoding puts before a text is taken away again from the start of a decoded one.</summary>
    internal bool StripsPrefixSpace => model.Kind == TokenizerKind.SentencePieceBpe && model.AddPrefixSpace;

    public override int[] Encode(string text, bool addSpecialTokens = true, bool parseSpecial = true)
    {
        var scratch = scratches.Rent();
        EncodeTo(scratch, text, addSpecialTokens, parseSpecial);
        var ids = scratch.Output.Span.ToArray();
        scratches.Return(scratch);
        return ids;
    }

    public override void Encode(ReadOnlySpan<char> text, List<int> destination, bool addSpecialTokens = true, bool parseSpecial = true)
    {
        var scratch = scratches.Rent();
        EncodeTo(scratch, text, addSpecialTokens, parseSpecial);
        destination.AddRange(scratch.Output.Span);
        scratches.Return(scratch);
    }

    public override int CountTokens(ReadOnlySpan<char> text, bool addSpecialTokens = true, bool parseSpecial = true)
    {
        var scratch = scratches.Rent();
        EncodeTo(scratch, text, addSpecialTokens, parseSpecial);
        var count = scratch.Output.Count;
        scratches.Return(scratch);
        return count;
    }

    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var bytes = new ArrayBufferWriter<byte>(Math.Max(16, ids.Length * 4));
        var run = new ByteRun();
        foreach (var id in ids)
        {
            if (skipSpecialTokens && IsSpecial(id))
                continue;
            if (IsByteToken(id))
            {
                run.Add(BytesOf(id)[0]);
                continue;
            }
            if (BytesOf(id).IsEmpty)
                continue;
            bytes.Write(run.End());
            bytes.Write(BytesOf(id));
        }
        bytes.Write(run.End());
        var text = bytes.WrittenSpan;
        return Encoding.UTF8.GetString(StripsPrefixSpace && text.StartsWith(" "u8) ? text[1..] : text);
    }

    /// <summary>Whether an id is SentencePiece's token of a byte: a run of them is text if it is UTF-8 as a whole, else a U+FFFD for each.</summary>
    internal bool IsByteToken(int id) => byteTokens.Contains(id);

    protected override byte[]? BytesBehindText(int id) => BytesOf(id).ToArray();

    /// <summary>The bytes that an id decodes to.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)VocabSize ? tokenBytes[id] : default;

    private bool NormalizedFirst(AddedToken token) => token.Normalized && (model.NormalizeNfc || model.Kind == TokenizerKind.SentencePieceBpe);

    private AddedTokenMatcher? Matcher(Func<AddedToken, bool> belongs, Func<AddedToken, string> text)
    {
        var tokens = model.AddedTokens.Where(token => token.Content.Length > 0 && belongs(token)).ToList();
        return tokens.Count > 0 ? new AddedTokenMatcher(tokens, text) : null;
    }

    private bool JoinsWords()
    {
        for (var id = 0; id < Vocabulary.Count; id++)
        {
            var token = Vocabulary.Text(id);
            for (var i = 1; i < token.Length; i++)
            {
                if (token[i] == Metaspace && token[i - 1] != Metaspace)
                    return true;
            }
        }
        return false;
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

    /// <summary>A token of the Vocabulary, but not a special one: plain text must not forge those. (No published vocabulary has merges that lead to one.)</summary>
    private bool TryGetPlainId(ReadOnlySpan<char> token, out int id) => Vocabulary.TryGetId(token, out id) && !IsSpecial(id);

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
                if (model.ByteFallback && HasAll(used))
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
