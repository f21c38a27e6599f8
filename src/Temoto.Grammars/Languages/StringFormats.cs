namespace Temoto.Grammars.Languages;

/// <summary>
/// The formats of strings that JSON Schema names (<see href="https://json-schema.org/draft/2020-12/json-schema-validation#section-7.3">Defined Formats</see>), as languages. What is in one is valid to a
/// strict reader of the standard behind it; what a standard allows but readers differ about may be left out.
/// </summary>
internal static class StringFormats
{
    private const string MonthAndDay = "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";

    /// <summary>The last two digits of a year that has a February 29, or the first two of one that ends in 00.</summary>
    private const string Fours = "(?:0[48]|[2468][048]|[13579][26])";

    /// <summary>RFC 3339, without the year 0000, which many calendars do not have.</summary>
    private const string Date = $"(?:(?!0000)[0-9]{{4}}-{MonthAndDay}|(?:[0-9]{{2}}{Fours}|{Fours}00)-02-29)";

    /// <summary>RFC 3339, without leap seconds: few readers take them, and only the UTC time tells where they may be.</summary>
    private const string Time = @"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";

    /// <summary>RFC 3339, appendix A: no unit may be left out between two others.</summary>
    private const string Duration = "P(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)(?:T(?:" + Clock + "))?|T(?:" + Clock + "))";

    private const string Clock = "[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S";

    private const string Uuid = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";

    /// <summary>RFC 6901.</summary>
    private const string JsonPointer = "(?:/(?:[^~/]|~[01])*)*";

    private const string RelativeJsonPointer = $"(?:0|[1-9][0-9]*)(?:#|{JsonPointer})";

    /// <summary>Whether some text that the standard takes is left out: what is not in the language need not be invalid then.</summary>
    public static bool IsNarrow(string format) => format is "date-time" or "date" or "time" or "email" or "idn-email" or "hostname" or "idn-hostname";

    /// <summary>The texts of a format; null for one that is not known, and for expressions (regex), which are no regular language.</summary>
    public static Language? Of(string format, LanguageTable table) => format switch
    {
        "date-time" => EcmaPattern.Whole($"{Date}[Tt]{Time}", table),
        "date" => EcmaPattern.Whole(Date, table),
        "time" => EcmaPattern.Whole(Time, table),
        "duration" => EcmaPattern.Whole(Duration, table),
        "email" => HostFormats.Email(table),
        "idn-email" => HostFormats.InternationalEmail(table),
        "hostname" => HostFormats.HostName(table),
        "idn-hostname" => HostFormats.InternationalHostName(table),
        "ipv4" => EcmaPattern.Whole(HostFormats.IPv4, table),
        "ipv6" => EcmaPattern.Whole(HostFormats.IPv6, table),
        "uri" => EcmaPattern.Whole(UriFormats.Uri(isInternational: false), table),
        "uri-reference" => EcmaPattern.Whole(UriFormats.Reference(isInternational: false), table),
        "iri" => EcmaPattern.Whole(UriFormats.Uri(isInternational: true), table),
        "iri-reference" => EcmaPattern.Whole(UriFormats.Reference(isInternational: true), table),
        "uri-template" => EcmaPattern.Whole(UriFormats.Template, table),
        "uuid" => EcmaPattern.Whole(Uuid, table),
        "json-pointer" => EcmaPattern.Whole(JsonPointer, table),
        "relative-json-pointer" => EcmaPattern.Whole(RelativeJsonPointer, table),
        _ => null,
    };
}
