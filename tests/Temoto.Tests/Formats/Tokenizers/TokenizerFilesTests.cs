using System.Text.Json.Nodes;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;
using Temoto.Tests.Generation.Tokenizers;

namespace Temoto.Tests.Formats.Tokenizers;

public sealed class TokenizerFilesTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("temoto-tokenizer").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(directory, name), text);

    /// <summary>vocab.json and merges.txt with a few tokens of other purpose at the front.</summary>
    private void WriteVocabMerges(params string[] first)
    {
        var (tokens, merges) = TinyTokenizers.ByteLevel(100);
        Write("vocab.json", new JsonObject(first.Concat(tokens).Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))).ToJsonString());
        Write("merges.txt", "#version: 0.2\n" + string.Concat(merges.Select(merge => $"{merge.Left} {merge.Right}\n")));
    }

    private string Refusal() => Assert.Throws<InputException>(() => TokenizerFiles.Read(directory)).Message;

    [Fact]
    public void ADirectoryWithoutTokenizerGivesNull()
    {
        Assert.Null(TokenizerFiles.Read(directory));
        Assert.Null(TokenizerFiles.ReadChatTemplate(directory));
    }

    [Fact]
    public void TokenizerJsonIsPreferredAndConfigNamesBeginAndEnd()
    {
        WriteVocabMerges();
        Write("tokenizer.json", TinyTokenizers.Llama3().ToJsonString());
        Write("tokenizer_config.json", """{"bos_token": "<|begin_of_text|>", "eos_token": {"content": "<|eot_id|>", "lstrip": false}}""");
        var model = TokenizerFiles.Read(directory)!;
        Assert.True(model.IgnoreMerges);
        Assert.Equal("<|begin_of_text|>", model.Tokens[model.BosTokenId!.Value]);
        Assert.Equal("<|eot_id|>", model.Tokens[Assert.Single(model.EosTokenIds)]);
    }

    /// <summary>transformers' LlamaTokenizerFast makes the post-processor anew from these flags; other classes leave it as the file has it.</summary>
    [Theory]
    [InlineData("LlamaTokenizerFast", "NFC", "true", true)]
    [InlineData("LlamaTokenizerFast", "NFC", "false", false)]
    [InlineData("LlamaTokenizerFast", "Lowercase", "true", true)]
    [InlineData("LlamaTokenizerFast", "Lowercase", "false", false)]
    [InlineData("PreTrainedTokenizerFast", "NFC", "false", true)]
    public void AClassWithATemplateOfItsOwnFollowsItsFlags(string tokenizerClass, string normalizer, string addBos, bool begins)
    {
        var json = TinyTokenizers.Llama3();
        json["normalizer"] = new System.Text.Json.Nodes.JsonObject { ["type"] = normalizer };
        Write("tokenizer.json", json.ToJsonString());
        Write("tokenizer_config.json", $$"""{"tokenizer_class": "{{tokenizerClass}}", "bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>", "add_bos_token": {{addBos}} }""");
        var model = TokenizerFiles.Read(directory)!;
        var tokenizer = Tokenizer.Create(model);
        Assert.Equal(begins, tokenizer.Encode("pump")[0] == model.BosTokenId);
        Assert.Equal(tokenizer.Encode("pump", addSpecialTokens: false), tokenizer.Encode("pump")[(begins ? 1 : 0)..]);
    }

    [Fact]
    public void TokensOfTheConfigAloneAreTokens()
    {
        Write("tokenizer.json", TinyTokenizers.Llama3().ToJsonString());
        var count = TokenizerFiles.Read(directory)!.Tokens.Count;
        Write("tokenizer_config.json", $$"""{"added_tokens_decoder": {"{{count + 3}}": {"content": "<tool_call>", "special": false, "normalized": false}, "0": {"content": "<taken>"} } }""");
        var tokenizer = Tokenizer.Create(TokenizerFiles.Read(directory)!);
        Assert.Equal([count + 3], tokenizer.Encode("<tool_call>", addSpecialTokens: false));
        Assert.NotEqual([0], tokenizer.Encode("<taken>", addSpecialTokens: false));
    }

    [Fact]
    public void Qwen2FilesGiveQwen2()
    {
        WriteVocabMerges();
        var size = TinyTokenizers.ByteLevel(100).Tokens.Count;
        Write("tokenizer_config.json", $$"""
            {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "unk_token": null, "add_bos_token": false,
             "added_tokens_decoder": {"{{size}}": {"content": "<|im_end|>", "special": true, "normalized": false}, "{{size + 1}}": {"content": "<tool_call>", "special": false, "normalized": false} } }
            """);
        Write("added_tokens.json", $$"""{"<|im_end|>": {{size}}, "<|extra|>": {{size + 2}} }""");
        var model = TokenizerFiles.Read(directory)!;
        Assert.Equal(PreTokenizerKind.Qwen2, model.PreTokenizer);
        Assert.True(model.NormalizeNfc);
        Assert.Equal([size], model.EosTokenIds);
        Assert.Null(model.BosTokenId);
        Assert.Equal([(size, true), (size + 1, false), (size + 2, true)], model.AddedTokens.Select(token => (token.Id, token.Special)));
        Assert.Equal([size + 1], Tokenizer.Create(model).Encode("<tool_call>"));
    }

    [Fact]
    public void Gpt2FilesGiveGpt2()
    {
        WriteVocabMerges("<|endoftext|>");
        Write("special_tokens_map.json", """{"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}""");
        Write("tokenizer_config.json", """{"add_prefix_space": true}""");
        var model = TokenizerFiles.Read(directory)!;
        Assert.Equal(PreTokenizerKind.Gpt2, model.PreTokenizer);
        Assert.False(model.NormalizeNfc);
        Assert.Equal([0], model.EosTokenIds);
        Assert.Equal(0, model.BosTokenId);
        Assert.Empty(model.Prefix);
        var tokenizer = Tokenizer.Create(model);
        Assert.Equal(tokenizer.Encode(" pump"), tokenizer.Encode("pump"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"model_type": "opt"}""")]
    public void OptTextStartsWithItsEndToken(string? config)
    {
        WriteVocabMerges("<s>", "<pad>", "</s>", "<unk>");
        if (config is not null)
            Write("config.json", config);
        var model = TokenizerFiles.Read(directory)!;
        Assert.Equal([2], model.Prefix);
        Assert.Equal([2], model.EosTokenIds);
        Assert.Equal([0, 1, 2, 3], model.AddedTokens.Select(token => token.Id));
        Assert.Equal(2, Tokenizer.Create(model).Encode("pump")[0]);
    }

    [Fact]
    public void AddBosAndEosTokensAreFollowed()
    {
        WriteVocabMerges("<|endoftext|>", "<b>");
        Write("tokenizer_config.json", """{"tokenizer_class": "GPT2Tokenizer", "bos_token": "<b>", "add_bos_token": true, "add_eos_token": true}""");
        var model = TokenizerFiles.Read(directory)!;
        Assert.Equal([1], model.Prefix);
        Assert.Equal([0], model.Suffix);
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        WriteVocabMerges();
        Write("tokenizer_config.json", """{"tokenizer_class": "BertTokenizer"}""");
        Assert.Contains("tokenizer_class: found 'BertTokenizer'", Refusal(), StringComparison.Ordinal);
        Write("tokenizer_config.json", "{}");
        Write("config.json", """{"model_type": "mamba"}""");
        Assert.Contains("model_type: found 'mamba'", Refusal(), StringComparison.Ordinal);
        File.Delete(Path.Combine(directory, "config.json"));
        Write("added_tokens.json", """{"<x>": 0}""");
        Assert.Contains("which '", Refusal(), StringComparison.Ordinal);
        Write("added_tokens.json", """{"!": 1}""");
        Assert.Contains("'!'", Refusal(), StringComparison.Ordinal);
        File.Delete(Path.Combine(directory, "added_tokens.json"));
        Write("merges.txt", "t h\nth e q\n");
        Assert.Contains("merges.txt: line 2: found 'th e q'", Refusal(), StringComparison.Ordinal);
        File.Delete(Path.Combine(directory, "merges.txt"));
        Assert.Contains("merges.txt: found nothing", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void ChatTemplatesComeFromEitherFile()
    {
        Write("tokenizer_config.json", """{"chat_template": "from config é"}""");
        Assert.Equal("from config é", TokenizerFiles.ReadChatTemplate(directory));
        Write("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "tools"}, {"name": "default", "template": "plain"}]}""");
        Assert.Equal("plain", TokenizerFiles.ReadChatTemplate(directory));
        Write("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "tools"}]}""");
        Assert.Null(TokenizerFiles.ReadChatTemplate(directory));
        Write("tokenizer_config.json", """{"chat_template": 7}""");
        Assert.Throws<InputException>(() => TokenizerFiles.ReadChatTemplate(directory));
        Write("chat_template.jinja", "from jinja\n");
        Assert.Equal("from jinja\n", TokenizerFiles.ReadChatTemplate(directory));
        File.WriteAllBytes(Path.Combine(directory, "chat_template.jinja"), [0xFF]);
        Assert.Throws<InputException>(() => TokenizerFiles.ReadChatTemplate(directory));
    }

    [Theory]
    [InlineData("qwen2.5-0.5b-instruct", "qwen2")]
    [InlineData("gpt2", "gpt2")]
    public void VocabAndMergesReadAsTheTokenizerJsonMadeFromThem(string name, string family)
    {
        var source = RepositoryPaths.DataPath(name);
        TokenizerOracle.WriteTokenizerJson(source, family, directory);
        var (expected, found) = (TokenizerFiles.Read(source)!, TokenizerFiles.Read(directory)!);
        Assert.Equal(expected.Tokens, found.Tokens);
        Assert.Equal(expected.Merges, found.Merges);
        Assert.Equal(expected.AddedTokens, found.AddedTokens);
        Assert.Equal((expected.Kind, expected.PreTokenizer, expected.NormalizeNfc), (found.Kind, found.PreTokenizer, found.NormalizeNfc));
        Assert.Equal(TokenizerFiles.ReadChatTemplate(source), TokenizerFiles.ReadChatTemplate(directory));
    }

    [Theory]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    [InlineData("added_tokens.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("special_tokens_map.json")]
    public void DamagedFilesAreReadOrRefusedInBoundedTime(string name)
    {
        Qwen2FilesGiveQwen2();
        Write("special_tokens_map.json", """{"eos_token": {"content": "<|im_end|>"}, "additional_special_tokens": ["<|im_end|>"]}""");
        var path = Path.Combine(directory, name);
        var cases = Mutations.Run(File.ReadAllBytes(path), seed: 14, count: 400, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            var tokenizer = Tokenizer.Create(TokenizerFiles.Read(directory)!);
            tokenizer.Decode(tokenizer.Encode("The pump <|im_end|> é"));
            TokenizerFiles.ReadChatTemplate(directory);
        });
        Assert.True(cases.Refused > 100, $"{cases}");
    }
}
