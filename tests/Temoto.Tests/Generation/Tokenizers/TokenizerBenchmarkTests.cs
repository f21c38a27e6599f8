namespace Temoto.Tests.Generation.Tokenizers;

public class TokenizerBenchmarkTests
{
    /// <summary>Prints the figures; run with TEMOTO_TOKENIZER_BENCH=1 and --show-live-output on. A slow machine does not fail it, a text that does not come back does.</summary>
    [Fact]
    public void EncodeAndBuildRates()
    {
        Thoroughness.Require("a measurement", "TEMOTO_TOKENIZER_BENCH");
        var converted = Directory.CreateTempSubdirectory("temoto-tokenizer").FullName;
        try
        {
            TokenizerOracle.WriteTokenizerJson(RepositoryPaths.DataPath("qwen2.5-0.5b-instruct"), "qwen2", converted);
            var (first, build) = TokenizerBenchmark.Build(converted, repetitions: 11);
            Console.WriteLine($"qwen2.5 as tokenizer.json: build first {first:F0} ms, then median {build.Median:F0} ms ({build.Min:F0}-{build.Max:F0})");
        }
        finally
        {
            Directory.Delete(converted, recursive: true);
        }
        foreach (var name in new[] { "qwen2.5-0.5b-instruct", "gpt2" })
        {
            var directory = RepositoryPaths.DataPath(name);
            var (first, build) = TokenizerBenchmark.Build(directory, repetitions: 11);
            var tokenizer = TokenizerTests.Load(directory);
            Console.WriteLine($"{name}: build first {first:F0} ms, then median {build.Median:F0} ms ({build.Min:F0}-{build.Max:F0})");
            foreach (var file in new[] { "wiki.test.raw", "tinyshakespeare.txt" })
            {
                var text = File.ReadAllText(RepositoryPaths.DataPath($"text/{file}"));
                var figures = TokenizerBenchmark.EncodeMegabytesPerSecond(tokenizer, text, repetitions: 21);
                Console.WriteLine($"{name}, {file}: median {figures.Median:F1} MB/s ({figures.Min:F1}-{figures.Max:F1})");
                Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, parseSpecial: false)));
            }
        }
    }
}
