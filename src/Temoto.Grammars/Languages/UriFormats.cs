namespace Temoto.Grammars.Languages;

/// <summary>Identifiers of resources (RFC 3986; RFC 3987, which takes other characters than those of ASCII), and templates of them (RFC 6570).</summary>
internal static class UriFormats
{
    private const string Encoded = "%[0-9A-Fa-f]{2}";

    private const string Scheme = "[A-Za-z][A-Za-z0-9+.-]*";

    /// <summary>Up to 65535.</summary>
    private const string Port = "(?:[0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

    private const string Unreserved = "A-Za-z0-9._~", Delimiters = "!$&'()*+,;=";

    /// <summary>What RFC 3987 adds to the unreserved characters, and to those of a query.</summary>
    private const string International =
        @"\u00A0-\uD7FF\uF900-\uFDCF\uFDF0-\uFFEF\u{10000}-\u{1FFFD}\u{20000}-\u{2FFFD}\u{30000}-\u{3FFFD}\u{40000}-\u{4FFFD}\u{50000}-\u{5FFFD}\u{60000}-\u{6FFFD}\u{70000}-\u{7FFFD}" +
        @"\u{80000}-\u{8FFFD}\u{90000}-\u{9FFFD}\u{A0000}-\u{AFFFD}\u{B0000}-\u{BFFFD}\u{C0000}-\u{CFFFD}\u{D0000}-\u{DFFFD}\u{E1000}-\u{EFFFD}";

    private const string Private = @"\uE000-\uF8FF\u{F0000}-\u{FFFFD}\u{100000}-\u{10FFFD}";

    private const string VariableName = $"(?:[A-Za-z0-9_]|{Encoded})(?:\\.?(?:[A-Za-z0-9_]|{Encoded}))*";

    private const string Variable = $"{VariableName}(?::[1-9][0-9]{{0,3}}|\\*)?";

    /// <summary>With the apostrophe, which an erratum (6937) put back among the literals.</summary>
    public const string Template = $"(?:[!#$&'()*+,./0-;=?-\\[\\]_a-z~{International}{Private}-]|{Encoded}|\\{{[+#./;?&]?{Variable}(?:,{Variable})*\\}})*";

    public static string Uri(bool isInternational)
    {
        var parts = new Parts(isInternational);
        // A path without a host in front does not begin with two slashes.
        return $"{Scheme}:(?:{parts.Authority}{parts.Segments}|{parts.Rooted}|{parts.Characters}+{parts.Segments})?{parts.Behind}";
    }

    public static string Reference(bool isInternational)
    {
        var parts = new Parts(isInternational);
        return $"(?:{Uri(isInternational)}|(?:{parts.Authority}{parts.Segments}|{parts.Rooted}|{parts.CharactersWithoutColon}+{parts.Segments})?{parts.Behind})";
    }

    private sealed class Parts(bool isInternational)
    {
        private string Unreserved => isInternational ? UriFormats.Unreserved + International : UriFormats.Unreserved;

        public string Characters => $"(?:[{Unreserved}{Delimiters}:@-]|{Encoded})";

        public string CharactersWithoutColon => $"(?:[{Unreserved}{Delimiters}@-]|{Encoded})";

        public string Segments => $"(?:/{Characters}*)*";

        public string Rooted => $"/(?:{Characters}+{Segments})?";

        public string Authority => $"//(?:(?:[{Unreserved}{Delimiters}:-]|{Encoded})*@)?(?:{Literal}|(?:[{Unreserved}{Delimiters}-]|{Encoded})*)(?::{Port}?)?";

        public string Behind => $"(?:\\?(?:[{Unreserved}{Delimiters}:@/?{(isInternational ? Private : "")}-]|{Encoded})*)?(?:#(?:[{Unreserved}{Delimiters}:@/?-]|{Encoded})*)?";

        /// <summary>An address between brackets, of IP 6 or of a version to come.</summary>
        private static string Literal => $"\\[(?:{HostFormats.IPv6}|[Vv][0-9A-Fa-f]+\\.[{UriFormats.Unreserved}{Delimiters}:-]+)\\]";
    }
}
