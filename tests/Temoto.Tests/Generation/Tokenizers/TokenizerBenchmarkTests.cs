using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Generation.Tokenizers;
using Temoto.Generation.Tokenizers.Expressions;
using Temoto.Generation.Tokenizers.PreTokenizers;

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

    /// <summary>Prints what the engine of expressions and a whole tokenizer in parts do; run as the other. GPT-2's and Qwen2's are the expressions that otherwise have splitters of their own.</summary>
    [Fact]
    public void GeneralExpressionRates()
    {
        Thoroughness.Require("a measurement", "TEMOTO_TOKENIZER_BENCH");
        var text = File.ReadAllText(RepositoryPaths.DataPath("text/wiki.test.raw"));
        foreach (var name in new[] { "gpt-4o", "tekken", "deepseek-v3", "smollm", "falcon", "bailingmoe" })
            Print(name, new PipelineReader(name).PreTokenizer(GgufPreTokenizers.Find(name))!);
        foreach (var (name, expression) in new[] { ("Qwen2's by the engine", TinyTokenizers.Qwen2Expression), ("Llama 3's by the engine", TinyTokenizers.Llama3Expression) })
            Print(name, new PatternSplit(new ExpressionPattern(new Expression(expression)), SplitBehavior.Isolated));
        var path = Path.Combine(RepositoryPaths.DataPath("smollm2-135m-instruct"), Directory.EnumerateFiles(RepositoryPaths.DataPath("smollm2-135m-instruct"), "*.gguf").Select(file => Path.GetFileName(file)).First());
        var figures = TokenizerBenchmark.EncodeMegabytesPerSecond(Tokenizer.Create(GgufCheckpoint.ReadTokenizer(path)!, path), text, repetitions: 21);
        Console.WriteLine($"smollm2 encoded whole: median {figures.Median:F1} MB/s ({figures.Min:F1}-{figures.Max:F1})");

        void Print(string name, PreTokenizer splitter)
        {
            var (rate, steps) = TokenizerBenchmark.SplitMegabytesPerSecond(splitter, text, repetitions: 21);
            Console.WriteLine($"{name}: median {rate.Median:F1} MB/s ({rate.Min:F1}-{rate.Max:F1}), {steps:F2} steps for a character");
        }
    }
}
