using System.CommandLine;
using Temoto.Cli;

namespace Temoto.Tests.Cli;

public class UsageLineTests
{
    private static string LineOf(params string[] arguments)
    {
        using var interrupts = new Interrupts();
        var root = CommandLine.CreateRoot(interrupts);
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        Assert.NotEmpty(parsed.Errors);
        return UsageLine.Of(root, parsed);
    }

    [Theory]
    [InlineData("did you mean inspect?", "inspetc", "demo")]
    [InlineData("did you mean --temperature?", "run", "demo", "--temprature", "0")]
    [InlineData("did you mean --max-tokens?", "run", "demo", "--max-token=5")]
    [InlineData("did you mean gemm?", "run", "demo", "--dataflow", "gem")]
    [InlineData("did you mean avx2?", "run", "demo", "--kernels", "avx-2")]
    [InlineData("did you mean tiny-llama?", "pack", "--shape", "tiny-lama", "-o", "x")]
    [InlineData("did you mean int8?", "bench", "demo", "--kv", "f16,int-8")]
    [InlineData("did you mean bash?", "completion", "bsh")]
    [InlineData("found '--frobnicate'", "run", "demo", "--frobnicate")]
    [InlineData("found no MODEL; expected a .temoto file", "run")]
    [InlineData("found no --output", "logits", "demo", "--tokens", "1")]
    [InlineData("--top-k: found nothing behind it; expected one K", "run", "demo", "--top-k")]
    [InlineData("--seed: found 2 values", "run", "demo", "--seed", "1", "--seed", "2")]
    [InlineData("found 'you'; expected nothing more there", "run", "demo", "you")]
    [InlineData("--stop: found ''", "run", "demo", "--stop", "")]
    public void TheFirstThingToMendIsNamed(string says, params string[] arguments) => Assert.Contains(says, LineOf(arguments), StringComparison.Ordinal);

    /// <summary>Each option of each verb, without a value and with one too many: no type of the framework, one line.</summary>
    [Fact]
    public void NoLineSpeaksOfTheFramework()
    {
        using var interrupts = new Interrupts();
        foreach (var verb in CommandLine.CreateRoot(interrupts).Subcommands)
        {
            foreach (var option in verb.Options.Where(option => option.ValueType != typeof(bool) && option.Name != "--help"))
            {
                foreach (var values in new string[][] { [], ["\u0001"], ["a b", "c", "d"] })
                {
                    string[] arguments = [verb.Name, .. verb.Arguments.Select(_ => "x"), option.Name, .. values];
                    var root = CommandLine.CreateRoot(interrupts);
                    if (root.Parse(arguments).Errors.Count == 0)
                        continue;
                    var line = LineOf(arguments);
                    Assert.DoesNotContain("System.", line, StringComparison.Ordinal);
                    Assert.DoesNotContain("`", line, StringComparison.Ordinal);
                    Assert.DoesNotContain('\n', line);
                    Assert.Contains("expected", line, StringComparison.Ordinal);
                }
            }
        }
    }
}
