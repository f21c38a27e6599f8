using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;
using Temoto.Generation.Tokenizers.PreTokenizers;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

public sealed class GgufVocabularyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ReadsAByteLevelVocabulary()
    {
        var (model, template) = Read();
        Assert.NotNull(model);
        Assert.Equal(TokenizerKind.ByteLevelBpe, model.Kind);
        Assert.Equal(PreTokenizerKind.Gpt2, model.PreTokenizer);
        Assert.False(model.NormalizeNfc || model.IgnoreMerges || model.AddPrefixSpace);
        Assert.Equal(320, model.Tokens.Count);
        Assert.Equal(("Ā", "Ġ", "Ġthe"), (model.Tokens[0], model.Tokens[32], model.Tokens[259]));
        Assert.Null(model.Tokens[319]);
        Assert.Equal(40, model.Merges!.Count);
        Assert.Equal(("Ġt", "he"), model.Merges[3]);
        Assert.Equal(["<|endoftext|> True 296", "<|im_start|> True 297", "<|im_end|> True 298"], model.AddedTokens.Select(token => $"{token.Content} {token.Special} {token.Id}"));
        Assert.Equal(296, model.BosTokenId);
        Assert.Equal([298, 296], model.EosTokenIds);
        Assert.Empty(model.Prefix);
        Assert.Contains("messages", template, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen2", "llama", "Qwen2", true, false, false)]
    [InlineData("deepseek-r1-qwen", "qwen2", "Qwen2", false, false, false)]
    [InlineData("llama-bpe", "llama", "Llama3", false, true, true)]
    [InlineData("gpt-2", "llama", "Gpt2", false, false, false)]
    [InlineData("default", "llama", "Gpt2", false, false, false)]
    [InlineData("default", "qwen2", "Qwen2", true, false, false)]
    [InlineData(null, "qwen3", "Qwen2", true, false, false)]
    public void KnowsThePreTokenizers(string? pre, string architecture, string kind, bool nfc, bool ignoreMerges, bool addBos)
    {
        var (model, _) = Read(architecture, ("tokenizer.ggml.pre", pre), ("tokenizer.ggml.add_bos_token", null));
        Assert.Equal((kind, nfc, ignoreMerges, addBos), ($"{model!.PreTokenizer}", model.NormalizeNfc, model.IgnoreMerges, model.Prefix.Count == 1));
    }

    /// <summary>Names whose splitters are expressions: the text comes back whole, and digits are cut as the name says.</summary>
    [Theory]
    [InlineData("smollm", 3)]
    [InlineData("falcon", 1)]
    [InlineData("viking", 3)]
    [InlineData("deepseek-coder", 3)]
    [InlineData("deepseek-v3", 1)]
    [InlineData("gpt-4o", 1)]
    [InlineData("tekken", 3)]
    [InlineData("bailingmoe", 3)]
    public void NamesWithExpressionsSplit(string pre, int piecesOfThreeDigits)
    {
        var (model, _) = Read("llama", ("tokenizer.ggml.pre", pre));
        Assert.NotNull(model!.Pipeline);
        var tokenizer = Tokenizer.Create(model);
        const string text = "It's 漢字かな,  ΩΔ x_1\n\n 12 é😀!";
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false)));
        var pieces = new PieceList();
        pieces.Set("123", 0);
        new PipelineReader("test").PreTokenizer(model.Pipeline!.PreTokenizer)!.Split(pieces);
        Assert.Equal(piecesOfThreeDigits, pieces.Count);
    }

    [Fact]
    public void EveryNameHasExpressionsThatAreKnown()
    {
        foreach (var name in GgufPreTokenizers.Names)
            Assert.NotNull(new PipelineReader(name).PreTokenizer(GgufPreTokenizers.Find(name)));
    }

    [Fact]
    public void ReadsASentencePieceVocabulary()
    {
        string[] tokens = ["<unk>", "<s>", "</s>", "<0x00>", "<0x01>", "\u2581the", "user", ""];
        var changes = new (string, object?)[]
        {
            ("tokenizer.ggml.model", "llama"), ("tokenizer.ggml.tokens", tokens), ("tokenizer.ggml.token_type", new[] { 2, 3, 3, 6, 6, 1, 4, 3 }),
            ("tokenizer.ggml.scores", new[] { 0f, 0, 0, 0, 0, -1, -2, 0 }), ("tokenizer.ggml.bos_token_id", null), ("tokenizer.ggml.eos_token_id", null), ("tokenizer.ggml.add_bos_token", null),
        };
        var (model, _) = Read("llama", changes);
        Assert.Equal(TokenizerKind.SentencePieceBpe, model!.Kind);
        Assert.Equal(tokens, model.Tokens);
        Assert.Equal(-2, model.Scores![6]);
        Assert.Null(model.Merges);
        Assert.True(model.AddPrefixSpace);
        Assert.Equal((1, 0), (model.BosTokenId, model.UnknownTokenId));
        Assert.Equal([2], model.EosTokenIds);
        Assert.Equal([1], model.Prefix);
        Assert.Equal(["<s> True", "</s> True", "user False"], model.AddedTokens.Select(token => $"{token.Content} {token.Special}"));
        var (plain, _) = Read("llama", [.. changes, ("tokenizer.ggml.add_bos_token", false), ("tokenizer.ggml.add_eos_token", true), ("tokenizer.ggml.add_space_prefix", false)]);
        Assert.Equal([2], plain!.Suffix);
        Assert.Empty(plain.Prefix);
        Assert.False(plain.AddPrefixSpace);
    }

    [Fact]
    public void ReadsNoVocabularyAsNone() => Assert.Null(Read("llama", ("tokenizer.ggml.model", "none")).Model);

    [Fact]
    public void AllOnesMeansNoToken() => Assert.Null(Read("llama", ("tokenizer.ggml.bos_token_id", uint.MaxValue)).Model!.BosTokenId);

    [Fact]
    public void RefusesVocabulariesThatDoNotFit()
    {
        foreach (var (key, value) in new (string, object?)[]
        {
            ("tokenizer.ggml.tokens", null), ("tokenizer.ggml.tokens", "text"), ("tokenizer.ggml.tokens", Enumerable.Range(0, 320).ToArray()), ("tokenizer.ggml.tokens", Enumerable.Repeat("x", 321).ToArray()),
            ("tokenizer.ggml.token_type", new[] { 1 }), ("tokenizer.ggml.token_type", new[] { "1" }),
            ("tokenizer.ggml.merges", null), ("tokenizer.ggml.merges", new[] { "a" }), ("tokenizer.ggml.merges", new[] { "a " }), ("tokenizer.ggml.merges", new[] { " a" }), ("tokenizer.ggml.merges", new[] { "a b c" }),
            ("tokenizer.ggml.merges", new[] { "a zz" }), ("tokenizer.ggml.eos_token_id", 320u),
        })
            Assert.Contains(key, Assert.Throws<InputException>(() => Read("llama", (key, value))).Message, StringComparison.Ordinal);
        Assert.Contains("scores", Assert.Throws<InputException>(() => Read("llama", ("tokenizer.ggml.model", "llama"))).Message, StringComparison.Ordinal);
    }

    private (TokenizerModel? Model, string? ChatTemplate) Read(string architecture = "llama", params (string Key, object? Value)[] changes)
    {
        var metadata = GgufFixture.Metadata(GgufFixture.Config(architecture));
        foreach (var (key, value) in changes)
            metadata = GgufEdit.With(metadata, key, value);
        using (var writer = new GgufWriter(folder.File("v.gguf"), metadata, [new TensorEntry("token_embd.weight", DType.F32, [GgufFixture.VocabSize, 1])]))
        {
            writer.Write(new byte[4 * GgufFixture.VocabSize]);
            writer.Commit();
        }
        using var checkpoint = CheckpointReader.Open(folder.File("v.gguf"));
        return (checkpoint.Tokenizer, checkpoint.ChatTemplate);
    }
}
