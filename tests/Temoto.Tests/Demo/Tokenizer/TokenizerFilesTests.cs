using System.Text.Json;
using Temoto.Demo.Corpus;
using Temoto.Demo.Corpus.Tokenizer;

namespace Temoto.Tests.Demo.Tokenizer;

public sealed class TokenizerFilesTests
{
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "models", "demo");

    [Fact]
    public void A_tokenizer_read_back_encodes_alike()
    {
        var random = new SeededRandom(1);
        var texts = Enumerable.Range(0, 300).Select(_ => Conversation.Make(random, Split.Training).Exchanges[0].Prompt).ToArray();
        var vocabulary = BytePairTrainer.Train(texts, 400);
        Assert.Equal(400, vocabulary.Size);
        var folder = Directory.CreateTempSubdirectory("temoto-demo-");
        try
        {
            TokenizerFiles.Write(vocabulary, folder.FullName);
            var read = TokenizerFiles.Read(Path.Combine(folder.FullName, "tokenizer.json"));
            Assert.Equal(vocabulary.Merges, read.Merges);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    [Fact]
    public void Ids_equal_those_of_the_library_that_the_format_comes_from()
    {
        var random = new SeededRandom(21);
        var texts = Enumerable.Range(0, 200).Select(index => Conversation.Make(random, index % 2 == 0 ? Split.Training : Split.HeldOut).Exchanges[0])
            .Select((exchange, index) => index % 3 == 0 ? exchange.Answer : exchange.Prompt)
            .Concat(["", " ", "\n\n x", "it's 1234.5 kW", "naïve Å ｶﾞ 漢字 🙂", "a  b\t\r\nC", "...!?\n\nend "]).ToArray();
        var expected = JsonSerializer.Deserialize<int[][]>(Oracle.Node("demo_tokenizer.mjs", JsonSerializer.Serialize(texts), Folder))!;
        var encoder = new BytePairEncoder(TokenizerFiles.Read(Path.Combine(Folder, "tokenizer.json")));
        for (var index = 0; index < texts.Length; index++)
            Assert.Equal(expected[index], encoder.Encode(texts[index]));
    }

    [Fact]
    public void Special_tokens_follow_the_last_merge()
    {
        var vocabulary = TokenizerFiles.Read(Path.Combine(Folder, "tokenizer.json"));
        var encoder = new BytePairEncoder(vocabulary);
        Assert.Equal(3072, vocabulary.Size);
        Assert.Equal([3069, 3070, 3071], SpecialTokens.All.Select(encoder.SpecialId));
    }

    [Fact]
    public void A_name_is_one_token_per_character_wherever_it_stands()
    {
        var encoder = new BytePairEncoder(TokenizerFiles.Read(Path.Combine(Folder, "tokenizer.json")));
        var name = encoder.Encode("KX-17");
        Assert.Equal(5, name.Count);
        Assert.Equal(name, encoder.Encode("pump KX-17").TakeLast(5));
        Assert.Equal(name, encoder.Encode("ポンプKX-17").TakeLast(5));
    }
}
