using System.Text;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Json;
using Temoto.Formats.Tokenizers;
using Temoto.Tests.Generation.Tokenizers;

namespace Temoto.Tests.Formats.Json;

/// <summary>One set of rules, whichever file it is and whether its reader makes a document or streams.</summary>
public sealed class JsonFileTests
{
    public static TheoryData<string> Files => ["config.json", "generation_config.json", "tokenizer_config.json", "tokenizer.json"];

    [Theory]
    [MemberData(nameof(Files))]
    public void NestingEndsAtTheSameDepth(string file)
    {
        // The object itself is the first level, the innermost array the last.
        Read(file, $"\"unknown_key\":{Nested(JsonFile.MaxDepth - 1)}");
        Assert.Contains("depth of 64", Refusal(file, $"\"unknown_key\":{Nested(JsonFile.MaxDepth)}"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void AKeyTwiceIsRefused(string file)
    {
        var line = Refusal(file, "\"unknown_key\":1,\"unknown_key\":2");
        Assert.Contains("unknown_key", line, StringComparison.Ordinal);
        Assert.EndsWith(JsonFile.Damaged, line, StringComparison.Ordinal);
    }

    /// <summary>A tokenizer.json's texts are checked where they are read: its 33 MB are not gone over once more for what is skipped.</summary>
    [Theory]
    [InlineData("config.json", "\"unknown_key\":\"\u00ff\"")]
    [InlineData("generation_config.json", "\"unknown_key\":\"\u00ff\"")]
    [InlineData("tokenizer_config.json", "\"unknown_key\":\"\u00ff\"")]
    [InlineData("tokenizer.json", "\"normalizer\":{\"type\":\"\u00ff\"}")]
    public void BytesThatAreNotUtf8AreRefused(string file, string members) =>
        Assert.Contains("UTF-8", Refusal(file, members), StringComparison.Ordinal);

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static string Refusal(string file, string members) => Assert.Throws<InputException>(() => Read(file, members)).Message;

    /// <summary>Reads a sound file with more members in front; Latin-1, so that U+00FF is a byte that UTF-8 never has.</summary>
    private static void Read(string file, string members)
    {
        var sound = file switch
        {
            "config.json" => HuggingFaceConfigWriter.Write(ModelShapes.Get("tiny-llama"), "float32", 1, 2),
            "generation_config.json" => "{\"do_sample\":true}",
            "tokenizer_config.json" => "{\"bos_token\":\"a\"}",
            _ => TinyTokenizers.Llama3().ToJsonString(),
        };
        var text = Encoding.Latin1.GetBytes($"{{{members},{sound.TrimStart()[1..]}");
        switch (file)
        {
            case "config.json":
                HuggingFaceConfig.Parse(text, file);
                break;
            case "generation_config.json":
                HuggingFaceConfig.ParseGeneration(text, file);
                break;
            case "tokenizer_config.json":
                TokenizerConfig.Parse(text, file);
                break;
            default:
                TokenizerJson.Read(text, file);
                break;
        }
    }
}
