using System.CommandLine;
using Temoto.Cli;

namespace Temoto.Tests.Cli;

/// <summary>All options of all verbs, so that a new one cannot come back to the parser's own conversion.</summary>
public class NumberOptionsTests
{
    private static readonly Type[] NumberTypes =
        [typeof(int), typeof(long), typeof(uint), typeof(ulong), typeof(float), typeof(double), typeof(decimal), typeof(short), typeof(byte)];

    private static readonly string[] NumberNames = ["N", "K", "X", "S", "REPS", "N,..", "1,2,3", "BYTES", "SECONDS"];
    private static readonly string[] Good = ["1", "64", "0.5", "1024"];

    private static IEnumerable<(Command Verb, Option Option)> Numeric(RootCommand root) =>
        root.Subcommands.SelectMany(verb => verb.Options.Where(IsNumeric).Select(option => (verb, option)));

    private static bool IsNumeric(Option option)
    {
        var type = option.ValueType.IsGenericType ? option.ValueType.GetGenericArguments()[0] : option.ValueType.GetElementType() ?? option.ValueType;
        return NumberTypes.Contains(type) || NumberNames.Contains(option.HelpName);
    }

    /// <summary>Its comma stands between two numbers.</summary>
    private static bool IsList(Option option) => option.ValueType == typeof(IReadOnlyList<int>);

    private static ParseResult Parse(RootCommand root, Command verb, Option option, string value) =>
        root.Parse([verb.Name, .. verb.Arguments.Select(_ => "x"), option.Name, value], new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>What the parse says about <paramref name="option"/>; others may be missing.</summary>
    private static string[] Complaints(ParseResult parsed, Option option) =>
        [.. parsed.Errors.Select(error => error.Message).Where(message => message.StartsWith($"{option.Name}: ", StringComparison.Ordinal))];

    [Fact]
    public void EveryNumericOptionRefusesWhatIsNoNumberInOneLine()
    {
        using var interrupts = new Interrupts();
        var root = CommandLine.CreateRoot(interrupts);
        var options = Numeric(root).ToList();
        Assert.True(options.Count > 30, $"{options.Count} numeric options");
        foreach (var (verb, option) in options)
        {
            foreach (var text in StrictNumberTests.Refused.Where(text => !(IsList(option) && text.Contains(','))))
            {
                var complaint = Complaints(Parse(root, verb, option, text), option).FirstOrDefault();
                Assert.True(complaint is not null, $"{verb.Name} {option.Name} takes '{text}'");
                Assert.StartsWith($"{option.Name}: found '", complaint, StringComparison.Ordinal);
                Assert.Contains("; expected ", complaint, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', complaint);
            }
        }
    }

    [Fact]
    public void EveryNumericOptionTakesANumber()
    {
        using var interrupts = new Interrupts();
        var root = CommandLine.CreateRoot(interrupts);
        foreach (var (verb, option) in Numeric(root))
        {
            var taken = Good.Any(text => Complaints(Parse(root, verb, option, text), option).Length == 0);
            Assert.True(taken, $"{verb.Name} {option.Name} takes none of {string.Join(' ', Good)}");
        }
    }

    [Theory]
    [InlineData("--temperature: found '0,5'; expected a number from 0 to 100; write 0.5 with a point", "run", "x", "--temperature", "0,5")]
    [InlineData("--top-p: found '1.5'; expected a number from 0 to 1; give a number in that range", "run", "x", "--top-p", "1.5")]
    [InlineData("--top-k: found '-3'; expected a whole number of 0 or more; give a number in that range", "run", "x", "--top-k", "-3")]
    [InlineData("--prefill: found '512,abc'; expected whole numbers from 0 to 16777216 with commas between; mend 'abc'", "bench", "-p", "512,abc")]
    [InlineData("--seed: found '-1'; expected a whole number of 0 or more; give a number in that range", "run", "x", "--seed", "-1")]
    public void TheLineSaysWhatWasFoundAndExpected(string line, params string[] arguments)
    {
        using var interrupts = new Interrupts();
        var root = CommandLine.CreateRoot(interrupts);
        Assert.Equal(line, UsageLine.Of(root, root.Parse(arguments)));
    }

    [Fact]
    public void ListsComeAsTheyStand()
    {
        using var interrupts = new Interrupts();
        var root = CommandLine.CreateRoot(interrupts);
        var parsed = root.Parse(["logits", "x", "--tokens", "3,1,3", "-o", "y"]);
        Assert.Empty(parsed.Errors);
        Assert.Equal([3, 1, 3], parsed.GetValue<IReadOnlyList<int>>("--tokens")!);
    }
}
