namespace Temoto.Grammars.Languages;

/// <summary>Names and addresses of hosts, and of people at them.</summary>
internal static class HostFormats
{
    private const string Byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

    /// <summary>RFC 2673: no zeros in front, which some readers take as octal.</summary>
    public const string IPv4 = $"{Byte}(?:\\.{Byte}){{3}}";

    private const string Group = "[0-9A-Fa-f]{1,4}";

    /// <summary>The last 32 bits.</summary>
    private const string Last = $"(?:{Group}:{Group}|{IPv4})";

    /// <summary>RFC 3986, section 3.2.2: by how many groups stand behind the two colons, and how many at most before.</summary>
    public const string IPv6 =
        $"(?:(?:{Group}:){{6}}{Last}" +
        $"|::(?:{Group}:){{5}}{Last}" +
        $"|(?:{Group})?::(?:{Group}:){{4}}{Last}" +
        $"|(?:(?:{Group}:){{0,1}}{Group})?::(?:{Group}:){{3}}{Last}" +
        $"|(?:(?:{Group}:){{0,2}}{Group})?::(?:{Group}:){{2}}{Last}" +
        $"|(?:(?:{Group}:){{0,3}}{Group})?::{Group}:{Last}" +
        $"|(?:(?:{Group}:){{0,4}}{Group})?::{Last}" +
        $"|(?:(?:{Group}:){{0,5}}{Group})?::{Group}" +
        $"|(?:(?:{Group}:){{0,6}}{Group})?::)";

    private const string LetterOrDigit = "[A-Za-z0-9]", LabelCharacter = "[A-Za-z0-9-]";

    /// <summary>RFC 1123: at most 63 characters, the - at neither end. Two of them in the third and fourth place announce an encoding, of which no expression can tell whether it is right.</summary>
    private const string Label = $"{LetterOrDigit}(?:{LabelCharacter}{{0,2}}{LetterOrDigit}|{LabelCharacter}(?:{LetterOrDigit}{LabelCharacter}|-{LetterOrDigit}){LabelCharacter}{{0,58}}{LetterOrDigit})?";

    private const int MostHostName = 253, MostEmail = 254;

    /// <summary>With other characters than those of ASCII, of which each may take six where the name is encoded.</summary>
    private const int MostInternational = 42;

    private const string LocalCharacters = "A-Za-z0-9!#$%&'*+/=?^_`{|}~-";

    /// <summary>Letters of other scripts as they stand in names (<see href="https://www.rfc-editor.org/rfc/rfc5892">RFC 5892</see>): lower case, composed, read from left to right, right in whatever order. One script to a name.</summary>
    private static readonly string[] Scripts =
    [
        "ß-öø-ÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįıĵķĺļľłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżž",
        "ά-ώ",
        "а-џ",
        "ぁ-ゔァ-ヺー々一-\u9FA5",
        "가-힣",
    ];

    public static Language HostName(LanguageTable table) => AtMost(MostHostName, EcmaPattern.Whole($"{Label}(?:\\.{Label})*", table), table);

    public static Language InternationalHostName(LanguageTable table) => AtMost(MostHostName, EcmaPattern.Whole(InternationalName(), table), table);

    /// <summary>RFC 5321 with the plain kind of names only: none between quotes, and no address between brackets.</summary>
    public static Language Email(LanguageTable table) => EmailAt(LocalCharacters, $"{Label}(?:\\.{Label})*", table);

    /// <summary>RFC 6531, which takes other characters than those of ASCII as they are.</summary>
    public static Language InternationalEmail(LanguageTable table) => EmailAt($@"\u0080-\u{{10FFFF}}{LocalCharacters}", InternationalName(), table);

    private static Language EmailAt(string localCharacters, string hostName, LanguageTable table)
    {
        var address = EcmaPattern.Whole($"[{localCharacters}]+(?:\\.[{localCharacters}]+)*@{hostName}", table);
        // 64 bytes of UTF-8.
        var shortLocal = EcmaPattern.Containing(@"^(?:[\x00-\x7F]{1,64}|[^@]{1,16})@", table);
        return AtMost(MostEmail, table.Intersection(address, shortLocal), table);
    }

    /// <summary>Other scripts make their name longer where it is encoded, by up to five characters each: so many fit into the 63 of a name for sure.</summary>
    private static string InternationalName()
    {
        var names = Scripts.Select(script => $"[a-z0-9{script}](?:[a-z0-9-{script}]?[a-z0-9{script}]|[a-z0-9-{script}](?:[a-z0-9{script}][a-z0-9-{script}]|-[a-z0-9{script}])[a-z0-9-{script}]{{0,6}}[a-z0-9{script}])?");
        var label = $"(?:{Label}|{string.Join('|', names)})";
        return $"{label}(?:\\.{label})*";
    }

    private static Language AtMost(int most, Language names, LanguageTable table) =>
        table.Intersection(names, EcmaPattern.Whole($@"[\x00-\x7F]{{0,{most}}}|[^]{{0,{MostInternational}}}", table));
}
