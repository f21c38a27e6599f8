namespace Temoto.Generation.Tokenizers.Unicode;

/// <summary>The script of a code point.</summary>
internal static class Scripts
{
    /// <summary>Of code points without one.</summary>
    public const int None = -1;

    public static readonly int Han = Named("Han"), Hiragana = Named("Hiragana"), Katakana = Named("Katakana");

    /// <summary>The number of a code point's script in <see cref="ScriptData.Names"/>, or <see cref="None"/>.</summary>
    public static int Of(int point)
    {
        var ranges = ScriptData.Ranges;
        var (low, high) = (0, ranges.Length / 3 - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (point < ranges[3 * middle])
                high = middle - 1;
            else if (point > ranges[3 * middle + 1])
                low = middle + 1;
            else
                return ranges[3 * middle + 2];
        }
        return None;
    }

    /// <summary>The number of a script, whatever the case, spaces and hyphens of its name; or <see cref="None"/>.</summary>
    public static int Named(string name) => Array.FindIndex(ScriptData.Names, known => CharacterProperties.Plain(known) == CharacterProperties.Plain(name));
}
