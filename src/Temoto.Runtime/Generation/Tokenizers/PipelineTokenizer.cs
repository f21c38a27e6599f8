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
    /// <summary>Characters of a word that is remembered: what a key of the cache has room for.</summary>
    private const int LongestCachedWord = WordCache.LongestWordBytes / sizeof(char);

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
        if (word.Length > LongestCachedWord)
        {
            subwords.Tokenize(word, scratch.Subwords, null, output);
        }
        else
        {
            var (low, high) = Key(word);
            if (!scratch.Cache.TryAppend(low, high, word.Length * sizeof(char), output))
            {
                subwords.Tokenize(word, scratch.Subwords, null, output);
                scratch.Cache.Store(low, high, word.Length * sizeof(char), output.Span[before..]);
            }
        }
        if (parseSpecial || !HasSpecial(output.Span[before..]))
            return;
        // Text that others wrote becomes no special token, though the vocabulary has it as a word.
        output.Truncate(before);
        subwords.Tokenize(word, scratch.Subwords, isSpecial, output);
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

    private static (ulong Low, ulong High) Key(ReadOnlySpan<char> word)
    {
        ulong low = 0, high = 0;
        for (var i = 0; i < word.Length; i++)
        {
            if (i < 4)
                low |= (ulong)word[i] << 16 * i;
            else
                high |= (ulong)word[i] << 16 * (i - 4);
        }
        return (low, high);
    }
}
