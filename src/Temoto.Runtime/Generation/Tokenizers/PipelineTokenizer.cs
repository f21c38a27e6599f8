using System.Text;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers.Decoders;
using Temoto.Generation.Tokenizers.Expressions;
using Temoto.Generation.Tokenizers.Normalizers;
using Temoto.Generation.Tokenizers.PostProcessors;
using Temoto.Generation.Tokenizers.PreTokenizers;
using Temoto.Generation.Tokenizers.Subwords;

namespace Temoto.Generation.Tokenizers;

/// <summary>
/// A tokenizer in the parts of a tokenizer.json, carried out as Hugging Face's tokenizers do: added tokens are cut out, the text between them is normalized, those added tokens cut out that
/// are found after that, pre-tokenizers cut words, the model makes tokens of them, the post-processor puts special tokens around all.
/// </summary>
internal sealed class PipelineTokenizer : Tokenizer
{
    /// <summary>Characters of a word that a key of the cache has room for whatever they are; of those of the first 512 code points, which the byte alphabet is, more.</summary>
    private const int CachedCharacters = WordCache.LongestWordBytes / sizeof(char), LatinBits = 9, LatinsPerHalf = 64 / LatinBits, CachedLatins = 2 * LatinsPerHalf;

    /// <summary>See <see cref="BytesBehindText"/>.</summary>
    private (string Text, int Id)? textBefore;
    private readonly INormalizer? normalizer;
    private readonly PreTokenizer? preTokenizer;
    private readonly SubwordModel subwords;
    private readonly PostProcessor? postProcessor;
    private readonly TokenDecoder? decoder;
    private readonly AddedTokenSplitter rawTokens;
    private readonly AddedTokenSplitter normalizedTokens;
    private readonly Func<int, bool> isSpecial;

    /// <summary>What added tokens decode to: their normalized form where they are found in normalized text.</summary>
    private readonly Dictionary<int, string> addedTexts = [];
    private readonly HashSet<string> specialTexts = [];
    private readonly ScratchPool<PipelineScratch> scratches = new();

    public PipelineTokenizer(TokenizerModel model, TokenizerPipeline pipeline, string sourceName)
        : base(model, sourceName)
    {
        var reader = new PipelineReader(sourceName);
        normalizer = reader.Normalizer(pipeline.Normalizer);
        preTokenizer = reader.PreTokenizer(pipeline.PreTokenizer);
        postProcessor = reader.PostProcessor(pipeline.PostProcessor);
        decoder = reader.Decoder(pipeline.Decoder);
        subwords = NewModel(model, pipeline, sourceName);
        isSpecial = IsSpecial;
        foreach (var token in model.AddedTokens)
        {
            addedTexts[token.Id] = token.Normalized ? Normalized(token.Content) : token.Content;
            if (token.Special)
                specialTexts.Add(token.Content);
        }
        rawTokens = Splitter(model.AddedTokens.Where(token => !token.Normalized), token => token.Content);
        normalizedTokens = Splitter(model.AddedTokens.Where(token => token.Normalized), token => addedTexts[token.Id]);
    }

    public override int[] Encode(string text, bool addSpecialTokens = true, bool parseSpecial = true)
    {
        var ids = new List<int>();
        Encode(text, ids, addSpecialTokens, parseSpecial);
        return [.. ids];
    }

    public override void Encode(ReadOnlySpan<char> text, List<int> destination, bool addSpecialTokens = true, bool parseSpecial = true)
    {
        var scratch = scratches.Rent();
        EncodeText(scratch, text, parseSpecial);
        if (postProcessor is null)
            destination.AddRange(scratch.Output.Span);
        else
            destination.AddRange(postProcessor.Process(scratch.Output.Span.ToArray(), addSpecialTokens));
        scratches.Return(scratch);
    }

    public override int CountTokens(ReadOnlySpan<char> text, bool addSpecialTokens = true, bool parseSpecial = true)
    {
        var ids = new List<int>();
        Encode(text, ids, addSpecialTokens, parseSpecial);
        return ids.Count;
    }

    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (TextOf(id) is { } text && !(skipSpecialTokens && specialTexts.Contains(text)))
                tokens.Add(text);
        }
        return decoder is null ? string.Join(' ', tokens) : string.Concat(decoder.Decode(tokens));
    }

    private string? TextOf(int id) => addedTexts.TryGetValue(id, out var text) ? text : TokenOf(id);

    private SubwordModel NewModel(TokenizerModel model, TokenizerPipeline pipeline, string sourceName)
    {
        switch (pipeline.Kind)
        {
            case SubwordKind.Bpe when model.Merges is null && model.Scores is not null:
                var apart = pipeline.Options.WholeTokenIds.Concat(pipeline.Options.ReservedTokenIds).ToHashSet();
                var scored = ScoredMerges.Of(Vocabulary, model.Scores, apart.Contains, sourceName);
                return new BytePairModel(Vocabulary, pipeline.Options, scored);
            case SubwordKind.Bpe:
                var merges = model.Merges as RankedMerges ?? RankedMerges.From(Vocabulary, model.Merges ?? [], sourceName, pipeline.Options.ContinuingSubwordPrefix.Length);
                return new BytePairModel(Vocabulary, pipeline.Options, MergeTable.FromRanks(merges));
            case SubwordKind.WordPiece:
                return new WordPieceModel(Vocabulary, pipeline.Options);
            case SubwordKind.WordLevel:
                return new WordLevelModel(Vocabulary, pipeline.Options);
            case SubwordKind.Unigram when pipeline.Scores is { } scores && scores.Count >= Vocabulary.Count - model.AddedTokens.Count:
                return new UnigramModel(Vocabulary, pipeline.Options, scores);
            default:
                throw Bad(sourceName, "model.vocab", $"{pipeline.Scores?.Count ?? 0} scores for {Vocabulary.Count} tokens", "a score for each");
        }
    }

    private string Normalized(string text)
    {
        if (normalizer is null)
            return text;
        var normalized = new NormalizedText();
        normalized.Set(text, isStart: true);
        normalizer.Normalize(normalized);
        return new string(normalized.Text);
    }

    private static AddedTokenSplitter Splitter(IEnumerable<AddedToken> tokens, Func<AddedToken, string> textOf)
    {
        // Of two with one text, special ones are found first.
        var found = tokens.Where(token => textOf(token).Length > 0).OrderByDescending(token => token.Special).ToList();
        return new AddedTokenSplitter(found.Count == 0 ? null : new AddedTokenMatcher(found, textOf));
    }

    private void EncodeText(PipelineScratch scratch, ReadOnlySpan<char> text, bool parseSpecial)
    {
        rawTokens.Split(text, parseSpecial, scratch.RawPieces);
        try
        {
            foreach (var (token, start, end) in scratch.RawPieces)
            {
                if (token is null)
                    EncodeBetween(scratch, text[start..end], isStart: start == 0, parseSpecial);
                else
                    scratch.Output.Add(token.Id);
            }
        }
        catch (ExpressionBudgetException)
        {
            throw new InputException("text", null, $"{text.Length} characters that the tokenizer's expression takes too many steps to split", "a text it can split", "shorten it, or choose another model");
        }
    }

    /// <summary>Encodes text between raw added tokens.</summary>
    private void EncodeBetween(PipelineScratch scratch, ReadOnlySpan<char> raw, bool isStart, bool parseSpecial)
    {
        scratch.Text.Set(raw, isStart);
        normalizer?.Normalize(scratch.Text);
        normalizedTokens.Split(scratch.Text.Text, parseSpecial, scratch.NormalizedPieces);
        foreach (var (token, start, end) in scratch.NormalizedPieces)
        {
            if (token is null)
                EncodePiece(scratch, start, end, parseSpecial);
            else
                scratch.Output.Add(token.Id);
        }
    }

    private void EncodePiece(PipelineScratch scratch, int start, int end, bool parseSpecial)
    {
        var pieces = scratch.Pieces;
        pieces.Set(scratch.Text.Text[start..end], Math.Clamp(scratch.Text.OriginLength - start, 0, end - start));
        preTokenizer?.Split(pieces);
        for (var i = 0; i < pieces.Count; i++)
            EncodeWord(scratch, pieces.TextOf(pieces[i]), parseSpecial);
    }

    private void EncodeWord(PipelineScratch scratch, ReadOnlySpan<char> word, bool parseSpecial)
    {
        var (output, before) = (scratch.Output, scratch.Output.Count);
        if (!TryKey(word, out var low, out var high, out var form))
        {
            subwords.Tokenize(word, scratch.Subwords, null, output);
        }
        else if (!scratch.Cache.TryAppend(low, high, form, output))
        {
            subwords.Tokenize(word, scratch.Subwords, null, output);
            scratch.Cache.Store(low, high, form, output.Span[before..]);
        }
        if (parseSpecial || !HasSpecial(output.Span[before..]))
            return;
        // Text that others wrote becomes no special token, though the vocabulary has it as a word.
        output.Truncate(before);
        subwords.Tokenize(word, scratch.Subwords, isSpecial, output);
    }

    /// <summary>What the text becomes longer by behind a token of letters; null where it becomes another.</summary>
    protected override byte[]? BytesBehindText(int id)
    {
        textBefore ??= TextBefore();
        var (before, anchor) = textBefore.Value;
        var text = Decode([anchor, id]);
        return text.StartsWith(before, StringComparison.Ordinal) && !text.Contains('\uFFFD', StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(text[before.Length..]) : null;
    }

    /// <summary>Any token that is decoded to a letter.</summary>
    private (string Text, int Id) TextBefore()
    {
        for (var id = 0; id < VocabSize; id++)
        {
            if (!IsSpecial(id) && Decode([id]) is { Length: > 0 } text && char.IsAsciiLetter(text[^1]))
                return (text, id);
        }
        return ("", 0);
    }

    private bool HasSpecial(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
        {
            if (IsSpecial(id))
                return true;
        }
        return false;
    }

    /// <summary>A word in two numbers; false where it is too long for them.</summary>
    /// <param name="form">How many characters, and how they are written.</param>
    private static bool TryKey(ReadOnlySpan<char> word, out ulong low, out ulong high, out int form)
    {
        (low, high, form) = (0, 0, word.Length);
        if (word.Length <= CachedCharacters)
        {
            for (var i = 0; i < word.Length; i++)
            {
                if (i < 4)
                    low |= (ulong)word[i] << 16 * i;
                else
                    high |= (ulong)word[i] << 16 * (i - 4);
            }
            return true;
        }
        if (word.Length > CachedLatins)
            return false;
        for (var i = 0; i < word.Length; i++)
        {
            if (word[i] >= 1 << LatinBits)
                return false;
            if (i < LatinsPerHalf)
                low |= (ulong)word[i] << LatinBits * i;
            else
                high |= (ulong)word[i] << LatinBits * (i - LatinsPerHalf);
        }
        return true;
    }
}
