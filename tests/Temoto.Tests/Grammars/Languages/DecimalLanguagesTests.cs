using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Temoto.Grammars;
using Temoto.Grammars.Languages;

namespace Temoto.Tests.Grammars.Languages;

/// <summary>Texts of numbers against the arithmetic of <see cref="decimal"/> and <see cref="BigInteger"/>.</summary>
public class DecimalLanguagesTests
{
    private readonly LanguageTable table = new();

    [Fact]
    public void BoundsHoldOfValuesHoweverTheyAreWritten()
    {
        var random = new Random(7);
        for (var i = 0; i < Thoroughness.Cases(800); i++)
        {
            var (bound, exclusive) = (RandomNumber(random), random.Next(2) == 0);
            var raw = Respelled(bound, random, mayScale: true);
            var (low, high, same) = (DecimalLanguages.AtLeast(raw, exclusive, table), DecimalLanguages.AtMost(raw, exclusive, table), DecimalLanguages.EqualTo(raw, table));
            for (var j = 0; j < 20; j++)
            {
                // Itself, its first digits, zero, and others.
                var value = j < 3 ? decimal.Round(bound, 3 - j, MidpointRounding.ToZero) : j == 3 ? 0 : RandomNumber(random);
                var text = Respelled(value, random, mayScale: false);
                Assert.True((exclusive ? value > bound : value >= bound) == table.Holds(low, text), $"{text} from {raw} up");
                Assert.True((exclusive ? value < bound : value <= bound) == table.Holds(high, text), $"{text} up to {raw}");
                Assert.True((value == bound) == table.Holds(same, text), $"{text} is {raw}");
            }
        }
    }

    [Fact]
    public void MultiplesAreThoseOfTheirValues()
    {
        var random = new Random(8);
        for (var i = 0; i < Thoroughness.Cases(400); i++)
        {
            var unit = Math.Abs(RandomNumber(random));
            if (unit == 0)
                continue;
            var raw = Respelled(unit, random, mayScale: true).TrimStart('-');
            var multiples = DecimalLanguages.MultipleOf(raw, table);
            for (var j = 0; j < 20; j++)
            {
                var value = j % 2 == 0 ? unit * random.Next(-20, 20) : RandomNumber(random);
                var text = Respelled(value, random, mayScale: false);
                Assert.True((value % unit == 0) == table.Holds(multiples, text), $"{text} of {raw}");
            }
        }
    }

    /// <summary>Beyond what a decimal or a double holds.</summary>
    [Fact]
    public void LongNumbersAreComparedDigitByDigit()
    {
        var random = new Random(9);
        for (var i = 0; i < Thoroughness.Cases(100); i++)
        {
            var bound = LongNumber(random);
            var low = DecimalLanguages.AtLeast($"{bound}", false, table);
            foreach (var value in new[] { bound, bound + 1, bound - 1, -bound, bound * 10, bound / 10, LongNumber(random) })
            {
                Assert.Equal(value >= bound, table.Holds(low, $"{value}"));
                Assert.Equal(value >= bound, table.Holds(low, $"{value}.000"));
            }
            Assert.Equal(bound.Sign >= 0, table.Holds(low, $"{bound}.0001"));
        }
    }

    /// <summary>What is left of the plain texts is a language of values too.</summary>
    [Fact]
    public void AllTextsOfAValueAreInOrNone()
    {
        var random = new Random(10);
        var plain = DecimalLanguages.Plain(table);
        for (var i = 0; i < Thoroughness.Cases(300); i++)
        {
            var raw = Respelled(RandomNumber(random), random, mayScale: true);
            var language = random.Next(3) switch { 0 => DecimalLanguages.AtLeast(raw, true, table), 1 => DecimalLanguages.EqualTo(raw, table), _ => DecimalLanguages.AtMost(raw, false, table) };
            var rest = table.Except(plain, language);
            for (var j = 0; j < 10; j++)
            {
                var value = RandomNumber(random);
                var (one, other) = (Respelled(value, random, mayScale: false), Respelled(value, random, mayScale: false));
                Assert.Equal(table.Holds(language, one), table.Holds(language, other));
                Assert.NotEqual(table.Holds(language, one), table.Holds(rest, other));
            }
        }
    }

    [Fact]
    public void NumbersAreThoseOfJson()
    {
        var random = new Random(11);
        var (any, plain, whole, written) = (DecimalLanguages.Any(table), DecimalLanguages.Plain(table), DecimalLanguages.Integers(table, false), DecimalLanguages.Integers(table, true));
        var numbers = 0;
        for (var i = 0; i < Thoroughness.Cases(5000); i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => "00112-.+eE"[random.Next(10)]));
            var isNumber = IsNumber(text);
            numbers += isNumber ? 1 : 0;
            var hasExponent = text.Contains('e', StringComparison.OrdinalIgnoreCase);
            Assert.True(isNumber == table.Holds(any, text), text);
            Assert.True((isNumber && !hasExponent) == table.Holds(plain, text), text);
            Assert.True((isNumber && !hasExponent && !text.Contains('.')) == table.Holds(whole, text), text);
            var hasOnlyZerosBehind = text.IndexOf('.') is var point && (point < 0 || text.AsSpan(point + 1).TrimStart('0').IsEmpty);
            Assert.True((isNumber && !hasExponent && hasOnlyZerosBehind) == table.Holds(written, text), text);
        }
        Assert.True(numbers > 500, $"only {numbers} numbers");
    }

    [Theory]
    [InlineData("1.50", "1.5")]
    [InlineData("1e3", "1000")]
    [InlineData("-0", "0")]
    [InlineData("0.0e99999999999999999999", "0")]
    [InlineData("1.5E-2", "0.015")]
    [InlineData("-1E+2", "-100")]
    [InlineData("100", "100")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1e21", "1e21")]
    [InlineData("1.5e-30", "15e-31")]
    [InlineData("1e-21", "1e-21")]
    [InlineData("1234567890123456789012345", "1234567890123456789012345")]
    [InlineData("1e999999999999", "1e999999999999")]
    public void TheSmallestTextIsWhatOneWouldWrite(string raw, string smallest) => Assert.Equal(smallest, DecimalLanguages.SmallestText(raw));

    [Fact]
    public void TheSmallestTextHasTheSameValue()
    {
        var random = new Random(12);
        for (var i = 0; i < Thoroughness.Cases(500); i++)
        {
            var value = RandomNumber(random);
            var smallest = DecimalLanguages.SmallestText(Respelled(value, random, mayScale: true));
            Assert.Equal(value, decimal.Parse(smallest, NumberStyles.Float, CultureInfo.InvariantCulture));
            Assert.True(smallest.Length <= Respelled(value, random, mayScale: false).Length);
        }
    }

    [Theory]
    [InlineData("1e401")]
    [InlineData("1e-401")]
    [InlineData("-1.5e999999999999999999999")]
    public void NumbersOfTooManyDigitsAreRefused(string raw)
    {
        Assert.Throws<GrammarException>(() => DecimalLanguages.AtLeast(raw, false, table));
        Assert.Throws<GrammarException>(() => DecimalLanguages.EqualTo(raw, table));
        Assert.Throws<GrammarException>(() => DecimalLanguages.MultipleOf(raw, table));
        Assert.True(table.Holds(DecimalLanguages.AtMost("1e399", false, table), new string('9', 399)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-2")]
    public void OnlyNumbersAboveZeroHaveMultiples(string raw) => Assert.Throws<GrammarException>(() => DecimalLanguages.MultipleOf(raw, table));

    private static bool IsNumber(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Small ones, so that two meet; of up to three places.</summary>
    private static decimal RandomNumber(Random random) =>
        random.Next(3) switch { 0 => random.Next(-12, 13), 1 => random.Next(-300, 300) / 10m, _ => random.Next(-200_000, 200_000) / 1000m };

    /// <summary>Another way to write the same: zeros at the end, a sign before zero, an exponent.</summary>
    private static string Respelled(decimal value, Random random, bool mayScale)
    {
        if (mayScale && random.Next(3) == 0)
        {
            var places = random.Next(-4, 5);
            var scaled = value;
            for (var i = 0; i < Math.Abs(places); i++)
                scaled = places > 0 ? scaled / 10 : scaled * 10;
            return $"{scaled.ToString(CultureInfo.InvariantCulture)}{"eE"[random.Next(2)]}{(places >= 0 && random.Next(2) == 0 ? "+" : "")}{places}";
        }
        var text = Math.Abs(value).ToString("0.###", CultureInfo.InvariantCulture);
        var zeros = new string('0', random.Next(3));
        text = text.Contains('.') || zeros.Length == 0 ? text + (text.Contains('.') ? zeros : "") : $"{text}.{zeros}";
        return value < 0 || (value == 0 && random.Next(2) == 0) ? $"-{text}" : text;
    }

    private static BigInteger LongNumber(Random random)
    {
        var digits = string.Concat(Enumerable.Range(0, random.Next(30, 60)).Select(i => (char)('0' + (i == 0 ? random.Next(1, 10) : random.Next(10)))));
        return BigInteger.Parse(digits) * (random.Next(2) == 0 ? 1 : -1);
    }
}
