using System.Globalization;

namespace Temoto.Simulation.Report;

/// <summary>The phrases of a language.</summary>
internal sealed class Texts(ReportLanguage language)
{
    private readonly IReadOnlyDictionary<Phrase, string> phrases = Of(language);

    /// <summary>As HTML names it.</summary>
    public string Code => IsJapanese ? "ja" : "en";

    public bool IsJapanese => language == ReportLanguage.Japanese;

    public string this[Phrase phrase] => phrases[phrase];

    public string Format(Phrase phrase, params ReadOnlySpan<object?> values) => string.Format(CultureInfo.InvariantCulture, phrases[phrase], values);

    public string Name(NumberLabel label) => this[label switch
    {
        NumberLabel.Simulated => Phrase.Simulated,
        NumberLabel.Computed => Phrase.Computed,
        NumberLabel.Measured => Phrase.Measured,
        NumberLabel.Published => Phrase.Published,
        _ => Phrase.Assumed,
    }];

    /// <summary>The word for what takes longest.</summary>
    public string BoundBy(string part) => this[part switch
    {
        "fetch" => Phrase.Fetch,
        "compute" => Phrase.Compute,
        "store" => Phrase.Store,
        _ => Phrase.Launch,
    }];

    public static IReadOnlyDictionary<Phrase, string> Of(ReportLanguage language) => language == ReportLanguage.Japanese ? JapanesePhrases.All : EnglishPhrases.All;
}
