using System.Text.RegularExpressions;
using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

public class TextsTests
{
    [Theory]
    [InlineData(ReportLanguage.English)]
    [InlineData(ReportLanguage.Japanese)]
    internal void Each_language_has_every_phrase(ReportLanguage language)
    {
        var phrases = Texts.Of(language);
        Assert.Equal(Enum.GetValues<Phrase>(), phrases.Keys.Order());
        Assert.All(phrases, phrase => Assert.False(string.IsNullOrWhiteSpace(phrase.Value), phrase.Key.ToString()));
    }

    [Fact]
    public void Languages_fill_in_the_same_values()
    {
        foreach (var phrase in Enum.GetValues<Phrase>())
            Assert.True(Holes(ReportLanguage.English, phrase).SequenceEqual(Holes(ReportLanguage.Japanese, phrase)), phrase.ToString());
    }

    [Fact]
    public void Japanese_phrases_are_japanese() =>
        Assert.All(Texts.Of(ReportLanguage.Japanese), phrase => Assert.True(phrase.Value.Any(letter => letter > '\u2fff') || phrase.Key == Phrase.HeadingOf, phrase.ToString()));

    [Fact]
    public void Only_english_letters_in_english_phrases() =>
        Assert.All(Texts.Of(ReportLanguage.English), phrase => Assert.DoesNotContain(phrase.Value, letter => letter > '\u2fff'));

    private static IEnumerable<string> Holes(ReportLanguage language, Phrase phrase) => Regex.Matches(Texts.Of(language)[phrase], @"\{\d\}").Select(match => match.Value).Order();
}
