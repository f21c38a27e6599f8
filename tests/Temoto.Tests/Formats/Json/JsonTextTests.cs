using System.Text;
using System.Text.RegularExpressions;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Images;
using Temoto.Formats.Json;
using Temoto.Formats.Tokenizers;
using Temoto.Tests.Generation.Tokenizers;

namespace Temoto.Tests.Formats.Json;

public sealed partial class JsonTextTests
{
    [Theory]
    [InlineData("{}", -1)]
    [InlineData(@"""\ud83d\ude00""", -1)]
    [InlineData(@"""\u00e9\\ud800\n\""""", -1)]
    [InlineData(@"""\ud800""", 1)]
    [InlineData(@"""\udc00""", 1)]
    [InlineData(@"""\uD800\uD800\udc00""", 1)]
    [InlineData(@"""a\\\ud800x""", 4)]
    [InlineData(@"""\ud83d\u""", 1)]
    [InlineData(@"""\u12", -1)]
    [InlineData(@"\", -1)]
    public void HalfAPairIsFound(string text, int at) => Assert.Equal(at, JsonText.FindHalfPair(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void HalfAPairInAnyNameOrTextIsReadOrRefused()
    {
        Run(HuggingFaceConfigWriter.Write(ModelShapes.Get("tiny-llama"), "float32", 1, 2), bytes => HuggingFaceConfig.Parse(bytes, "config.json"));
        Run(HuggingFaceConfigWriter.Write(ModelShapes.Get("tiny-vit")), bytes => HuggingFaceConfig.Parse(bytes, "config.json"));
        Run("""{"do_sample":true,"eos_token_id":[1,2]}""", bytes => HuggingFaceConfig.ParseGeneration(bytes, "generation_config.json"));
        Run("""{"image_mean":[0.5,0.5,0.5],"size":{"height":8,"width":8},"do_resize":true}""",
            bytes => PreprocessorSettings.Parse(bytes, "preprocessor_config.json"));
        Run(TinyTokenizers.Llama3().ToJsonString(), bytes => TokenizerJson.Read(bytes, "tokenizer.json"), most: 400);
        var document = TokenizerDocument.Write(TokenizerJson.Read(Encoding.UTF8.GetBytes(TinyTokenizers.Llama3().ToJsonString()), "tokenizer.json"));
        Run(document, bytes => TokenizerDocument.Read(bytes, "m.temoto"), most: 400);
        Run("""{"bos_token":{"content":"a"},"added_tokens_decoder":{"1":{"content":"b"}},"chat_template":[{"name":"default","template":"x"}]}""",
            bytes => TokenizerConfig.Parse(bytes, "tokenizer_config.json"));
    }

    [Theory]
    [InlineData("special_tokens_map.json", """{"bos_token":{"content":"a"},"additional_special_tokens":["b"]}""")]
    [InlineData("added_tokens.json", """{"c":3}""")]
    [InlineData("vocab.json", """{"a":0,"b":1,"ab":2}""")]
    [InlineData("config.json", """{"model_type":"gpt2"}""")]
    [InlineData("tokenizer_config.json", """{"chat_template":"x"}""")]
    public void HalfAPairInASideFileIsReadOrRefused(string name, string text)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        folder.Write("vocab.json", """{"a":0,"b":1,"ab":2}""");
        folder.Write("merges.txt", "a b\n");
        Run(text, bytes =>
        {
            folder.Write(name, bytes.ToArray());
            TokenizerFiles.Read(folder.Path);
            TokenizerFiles.ReadChatTemplate(folder.Path);
        });
    }

    /// <summary>Half a pair as a name in every object, and at the start of every name and string.</summary>
    private static void Run(string text, Action<ReadOnlyMemory<byte>> read, int most = int.MaxValue)
    {
        read(Encoding.UTF8.GetBytes(text));
        var refused = 0;
        foreach (Match place in Starts().Matches(text).Take(most))
        {
            var half = place.Value == "{" ? @"""\ud800"":null" + (text[place.Index + 1] == '}' ? "" : ",") : @"\udc00";
            try
            {
                read(Encoding.UTF8.GetBytes(text.Insert(place.Index + 1, half)));
            }
            catch (InputException)
            {
                refused++;
            }
        }
        Assert.True(refused > 0);
    }

    [GeneratedRegex("""[{]|"(?=[^"]*"(?:[^"]*"[^"]*")*[^"]*$)""")]
    private static partial Regex Starts();
}
