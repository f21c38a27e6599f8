namespace Temoto.Grammars.Languages;

/// <summary>How code points become bytes.</summary>
internal enum TextSpelling
{
    /// <summary>As UTF-8.</summary>
    Plain,

    /// <summary>As what stands between the quotes of a JSON string, up to the one behind it; escapes only where JSON needs them.</summary>
    JsonNeeded,

    /// <summary>The same with any escape that JSON knows.</summary>
    JsonAny,
}
